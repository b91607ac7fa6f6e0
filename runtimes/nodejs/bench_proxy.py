"""Measures the Node.js proxy alone: its start, its memory, and the cost of a call of a function that does nothing.

    /usr/bin/python3 runtimes/nodejs/bench_proxy.py [--calls N] [--starts N] [--node PATH] [--flags "--max-old-space-size=256"]

In Python and with the Python proxy's own client (runtimes/python/bench_proxy.py), so that the figures of both
runtimes compare: a client in Node costs as much as what it measures.
"""

import argparse
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "python"))
sys.dont_write_bytecode = True
import bench_proxy as shared  # noqa: E402

CODE = "function main(args) { return args; }"


def memory_mib(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(next(line for line in file if line.startswith("VmRSS")).split()[1]) / 1024


def measure_calls(command, folder, count):
    """Requests a second beside the round trip, and the memory before and after."""
    proxy = shared.Proxy(command, folder)
    connection = proxy.connect()
    shared.ask(connection, shared.INIT)
    before = memory_mib(proxy.process.pid)
    for number in range(count // 2):  # V8 compiles what is hot
        shared.ask(connection, shared.run(number))
    requests = [shared.run(number) for number in range(count)]
    trips, cpu, start = [], proxy.cpu_seconds(), time.perf_counter()
    for data in requests:
        begun = time.perf_counter()
        shared.ask(connection, data)
        trips.append(time.perf_counter() - begun)
    elapsed, cpu = time.perf_counter() - start, proxy.cpu_seconds() - cpu
    after = memory_mib(proxy.process.pid)
    proxy.close()
    shared.show("no-op call, round trip", trips, "us", 1e6)
    print("%-34s %d calls/s, main thread's CPU %.2f us" % ("no-op call, kept connection", count / elapsed, cpu / count * 1e6))
    print("%-34s %.1f MiB after /init, %.1f MiB after the calls" % ("resident memory", before, after))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20000)
    parser.add_argument("--starts", type=int, default=50)
    parser.add_argument("--node", default="/usr/bin/node")
    parser.add_argument("--flags", default="--max-old-space-size=256")
    given = parser.parse_args()
    command = [given.node, *given.flags.split()]
    shared.PROXY_COPY[0] = os.path.join(HERE, "proxy.js")
    shared.INIT = shared.request("/init", {"value": {"name": "noop", "main": "main", "code": CODE, "binary": False, "env": {}}})
    print("%s, load %.1f" % (" ".join(command), os.getloadavg()[0]))
    with tempfile.TemporaryDirectory() as folder:
        shared.measure_starts(command, folder, given.starts)
        measure_calls(command, folder, given.calls)


if __name__ == "__main__":
    main()
