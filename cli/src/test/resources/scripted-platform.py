#!/usr/bin/python3
"""Stands in for the platform in tests of programs that start one: the few requests that they make, functions run as child
processes with addresses of their own in 127.64.0.0/10, the directory file rewritten on every change.

Behaves otherwise when SCRIPTED says so: silent (never ready), broken (ends at once), mute-list (an empty instance list),
corrupt (functions get a damaged volume), stubborn (SIGTERM is ignored).
"""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SCRIPT = os.environ.get("SCRIPTED", "")
RUNNER = """
import json, os, sys
sys.argv = ["action"]
scope = {"__name__": "action"}
exec(compile(os.environ["CODE"], "action.py", "exec"), scope)
out = os.dup(1)
os.dup2(2, 1)
result = scope["main"](json.load(sys.stdin))
os.write(out, json.dumps(result).encode())
"""
lock = threading.RLock()
actions, records, entries, lines, warm = {}, {}, {}, [], set()
data, volumes, arguments = None, None, sys.argv[1:]
next_host = [1]


def option(name, default=None):
    return arguments[arguments.index(name) + 1] if name in arguments else default


def announce(entry):
    with lock:
        entries[entry["instanceID"]] = dict(entry)
        fields = [entry["instanceID"], entry["epoch"], entry["state"], entry.get("how", "-"), entry["address"], "65433",
                  entry["invoker"], entry["activationId"], str(entry["deadline"]), "-", "-", "-"]
        with open(data + "/directory/instances", "a") as file:
            file.write("\t".join(fields) + "\n")


def run(action, arguments_, activation, instance):
    with lock:
        host = next_host[0]
        next_host[0] += 1
    invokers = int(option("--invokers", "1"))
    entry = {"namespace": "guest", "instanceID": instance, "epoch": str(host), "state": "running",
             "address": f"127.64.{host // 250}.{host % 250 + 1}", "port": 65433,
             "invoker": str(sum(action.encode()) % invokers),
             "activationId": activation, "deadline": int(time.time() * 1000) + 60000, "later": {"field": [1]}}
    announce(entry)
    environment = {"PATH": os.environ["PATH"], "CODE": actions[action], "__OW_INSTANCE_ID": instance,
                   "__OW_INSTANCE_ADDRESS": entry["address"], "__OW_DIRECTORY": data + "/directory",
                   "__OW_VOLUMES": volumes}
    start = time.time()
    child = subprocess.run([sys.executable, "-c", RUNNER], input=json.dumps(arguments_).encode(), capture_output=True,
                           env=environment)
    end = time.time()
    entry.update(state="gone", how="finished" if child.returncode == 0 else "error")
    announce(entry)
    try:
        result, status = json.loads(child.stdout), "success"
    except ValueError:
        result, status = {"error": child.stderr.decode()[-2000:] or "it died"}, "action developer error"
    record = {"activationId": activation, "name": action, "namespace": "guest", "version": "0.0.1", "subject": "guest",
              "start": int(start * 1000), "end": int(end * 1000), "duration": int((end - start) * 1000), "logs": [],
              "publish": False,
              "annotations": [{"key": "waitTime", "value": 3}, {"key": "initTime", "value": 7}],
              "response": {"status": status, "success": status == "success", "result": result}}
    if action in warm:
        record["annotations"].pop()
    warm.add(action)
    records[activation] = record
    return record


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, activation=None):
        data_ = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data_)))
        if activation:
            self.send_header("x-openwhisk-activation-id", activation)
        self.end_headers()
        self.wfile.write(data_)

    def body(self):
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")

    def missing(self):
        self.answer(404, {"error": "The requested resource does not exist.", "code": "tid"})

    def do_PUT(self):
        name = self.path.split("/")[-1].split("?")[0]
        actions[name] = self.body()["exec"]["code"]
        self.answer(200, {"name": name})

    def do_DELETE(self):
        self.answer(200, {})

    def do_POST(self):
        name, _, query = self.path.split("/")[-1].partition("?")
        arguments_ = self.body()
        if name not in actions:
            return self.missing()
        activation = uuid.uuid4().hex
        instance = arguments_.get("instanceID", activation)
        if "blocking=true" in query:
            record = run(name, arguments_, activation, instance)
            ok = record["response"]["success"]
            return self.answer(200 if ok else 502, record["response"]["result"] if "result=true" in query else record,
                               activation)
        threading.Thread(target=run, args=(name, arguments_, activation, instance), daemon=True).start()
        self.answer(202, {"activationId": activation}, activation)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.endswith("/namespaces"):
            return self.answer(200, ["guest"])
        if path.endswith("/instances"):
            return self.answer(200, [] if SCRIPT == "mute-list" else list(entries.values()))
        if match := re.search("/instances/([^/]+)$", path):
            entry = entries.get(match[1])
            return self.answer(200, entry) if entry else self.missing()
        if match := re.search("/activations/([^/]+)$", path):
            record = records.get(match[1])
            return self.answer(200, record) if record else self.missing()
        self.missing()

    def log_message(self, *args):
        pass


def main():
    global data, volumes
    if SCRIPT == "broken":
        print("error: the volume demo cannot be reached by the functions' users")
        sys.exit(1)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if SCRIPT == "stubborn" else lambda *_: sys.exit(0))
    if SCRIPT == "silent":
        print("starting, and starting", flush=True)
        time.sleep(600)
    data = option("--data")
    volumes = data + "/volumes"
    os.makedirs(data + "/directory")
    os.makedirs(volumes)
    with open(data + "/directory/instances", "w") as file:
        file.write("#pikachu-directory 1 guest 1\n")
    for i, argument in enumerate(arguments):
        if argument == "--volume":
            name, _, path = arguments[i + 1].partition("=")
            if SCRIPT == "corrupt":
                with open(volumes + "/" + name, "wb") as file:
                    file.write(b"x" * os.path.getsize(path))
            else:
                os.symlink(path, volumes + "/" + name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"pikachu is ready at http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


main()
