"""Measures the proxy alone: its start, and the cost of a call of a function that does nothing.

    /usr/bin/python3 runtimes/python/bench_proxy.py [--calls N] [--starts N] [--python PATH] [--flags "-S -E -I"]

Start: exec to the first successful connect, to the answer of /init, to the answer of the
first /run. Call: round trip on one Unix connection kept open, and the CPU time that the
proxy's process spends on it, logs (sentinels) read by another thread as an invoker would.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

PROXY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "proxy.py")
CODE = "def main(args):\n    return args\n"
FIELDS = {
    "namespace": "guest",
    "action_name": "/guest/noop",
    "action_version": "0.0.1",
    "instance_address": "100.64.0.7",
    "instance_port": "65433",
    "directory": "/pikachu/directory",
    "channel": "/pikachu/channel",
    "shared_memory": "/pikachu/shm",
    "volumes": "/pikachu/volumes",
}


def request(path, message):
    body = json.dumps(message, separators=(",", ":")).encode()
    head = "POST %s HTTP/1.1\r\nHost: runtime\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return (head % (path, len(body))).encode() + body


INIT = request("/init", {"value": {"name": "noop", "main": "main", "code": CODE, "binary": False, "env": {}}})


def run(number):
    each = {"activation_id": "%032x" % number, "transaction_id": "%032x" % number, "deadline": str(number)}
    identity = {"instance_id": "%032x" % number, "instance_epoch": str(number), "instance_key": "%064x" % number}
    return request("/run", {"value": {"n": number}, **FIELDS, **each, **identity})


def ask(connection, data):
    connection.sendall(data)
    answer = connection.recv(65536)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError("unexpected answer: %r" % answer)


class Proxy:
    def __init__(self, command, folder):
        self.path = os.path.join(folder, "s")
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, PROXY_COPY[0], "--unix", self.path],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin"},
            cwd=folder,
        )
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        while os.read(self.process.stdout.fileno(), 65536):
            pass

    def connect(self):
        deadline = time.monotonic() + 10
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(self.path)
                return connection
            except OSError:
                connection.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.0002)

    def cpu_seconds(self):
        with open("/proc/%d/schedstat" % self.process.pid) as file:
            return int(file.read().split()[0]) / 1e9

    def close(self):
        self.process.kill()
        self.process.wait()
        os.unlink(self.path)


PROXY_COPY = [PROXY]


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def show(name, values, unit, scale):
    low, middle, high = (percentile(values, share) * scale for share in (0, 0.5, 0.99))
    print("%-34s min %8.2f  p50 %8.2f  p99 %8.2f %s" % (name, low, middle, high, unit))


def measure_starts(command, folder_of_next, count):
    marks = {"exec to listening": [], "exec to /init answered": [], "exec to first /run answered": []}
    for number in range(count):
        proxy = Proxy(command, folder_of_next())
        connection = proxy.connect()
        marks["exec to listening"].append(time.perf_counter() - proxy.started)
        ask(connection, INIT)
        marks["exec to /init answered"].append(time.perf_counter() - proxy.started)
        ask(connection, run(number))
        marks["exec to first /run answered"].append(time.perf_counter() - proxy.started)
        connection.close()
        proxy.close()
    for name, values in marks.items():
        show(name, values, "ms", 1e3)


def measure_calls(command, folder, count):
    proxy = Proxy(command, folder)
    connection = proxy.connect()
    ask(connection, INIT)
    requests = [run(number) for number in range(count)]
    for data in requests[: count // 10]:
        ask(connection, data)
    trips, before = [], proxy.cpu_seconds()
    for data in requests:
        start = time.perf_counter()
        ask(connection, data)
        trips.append(time.perf_counter() - start)
    cpu = proxy.cpu_seconds() - before
    proxy.close()
    show("no-op call, round trip", trips, "us", 1e6)
    print("%-34s mean %7.2f us" % ("no-op call, CPU of the proxy", cpu / count * 1e6))


def stage(folder, command):
    """A copy with compiled files beside it, as the invoker stages it."""
    for name in os.listdir(os.path.dirname(PROXY)):
        if name.startswith("proxy") and name.endswith(".py"):
            shutil.copy(os.path.join(os.path.dirname(PROXY), name), folder)
    subprocess.run([command[0], "-m", "compileall", "-q", folder], check=True)
    PROXY_COPY[0] = os.path.join(folder, "proxy.py")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20000)
    parser.add_argument("--starts", type=int, default=50)
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--flags", default="-S -E -I")
    given = parser.parse_args()
    command = [given.python, *given.flags.split()]
    print("%s, load %.1f" % (" ".join(command), os.getloadavg()[0]))
    with tempfile.TemporaryDirectory() as folder:
        stage(folder, command)
        measure_starts(command, lambda: folder, given.starts)
        measure_calls(command, folder, given.calls)


if __name__ == "__main__":
    main()
