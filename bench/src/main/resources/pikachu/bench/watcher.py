"""Tails the directory file as any function would and notes when it saw what; ends when it sees an instance "stop"."""
import json
import os
import select
import socket
import time

LOOK_EVERY = 0.0005
AFTER_STOP = 0.5


def main(args):
    seen, told = {}, {}
    path = os.environ["__OW_DIRECTORY"] + "/instances"
    deadline = time.monotonic() + args["seconds"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind((os.environ["__OW_INSTANCE_ADDRESS"], args["port"]))
        file, rest = open(path), ""
        while time.monotonic() < deadline:
            chunk = file.read()
            now = time.time()
            *lines, rest = (rest + chunk).split("\n")
            for line in lines:
                if line == "#moved":
                    file.close()
                    file, rest = open(path), ""
                elif line.startswith(("mortal-", "watcher\t", "stop\t")):
                    note(seen, line.split("\t"), now)
            if seen.pop("stop", None):
                deadline = min(deadline, time.monotonic() + AFTER_STOP)
            while select.select([sock], [], [], 0 if chunk else LOOK_EVERY)[0]:
                message = json.loads(sock.recv(4096))
                told[message["id"]] = message
                chunk = True
        file.close()
    return {"seen": seen, "told": told}


def note(seen, fields, now):
    instance, epoch, state, how, address, port, invoker = fields[:7]
    entry = seen.setdefault(instance, {})
    entry.setdefault("invoker", invoker)
    entry.setdefault(state, now)
    if state != "gone":
        entry.setdefault("visible", now)
