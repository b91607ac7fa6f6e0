"""Measures the Java proxy alone: its start, and the cost of a call of a function that does nothing.

    mvn -q -pl runtimes/java package -DskipTests
    /usr/bin/python3 runtimes/java/bench_proxy.py [--calls N] [--starts N] [--java PATH] [--form jar|source] [--no-aot]

Start: exec to the first successful connect, to the answer of /init, to the answer of the
first /run. Call: round trip on one Unix connection kept open, the CPU time that the
proxy's process spends on it, and its memory, logs read by another thread as an invoker
would. The AOT cache is trained first, as README.md says.
"""

import argparse
import base64
import glob
import importlib.util
import os
import shutil
import subprocess
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SPEC = importlib.util.spec_from_file_location("bench", os.path.join(os.path.dirname(HERE), "python", "bench_proxy.py"))
BENCH = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(BENCH)

CODE = """
import com.google.gson.JsonObject;

public class Noop {
    public static JsonObject main(JsonObject args) {
        return args;
    }
}
"""
FLAGS = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError -Xmx160m"


def jar_code(java, gson, folder):
    """The function as a base64 jar."""
    source = os.path.join(folder, "Noop.java")
    with open(source, "w") as file:
        file.write(CODE)
    tools = os.path.dirname(java)
    subprocess.run([os.path.join(tools, "javac"), "-cp", gson, "-d", folder, source], check=True)
    subprocess.run([os.path.join(tools, "jar"), "cf", "noop.jar", "Noop.class"], check=True, cwd=folder)
    with open(os.path.join(folder, "noop.jar"), "rb") as file:
        return base64.b64encode(file.read()).decode()


class Proxy:
    def __init__(self, command, folder):
        self.path = os.path.join(folder, "s")
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, "--unix", self.path],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            cwd=folder,
        )
        threading.Thread(target=self.drain, daemon=True).start()

    drain = BENCH.Proxy.drain
    connect = BENCH.Proxy.connect
    close = BENCH.Proxy.close

    def cpu_seconds(self):
        """Of all threads."""
        total = 0
        for path in glob.glob("/proc/%d/task/*/schedstat" % self.process.pid):
            with open(path) as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def memory(self):
        """Resident, and the part of it that no other process shares, in MiB."""
        values = {}
        with open("/proc/%d/smaps_rollup" % self.process.pid) as file:
            for line in file.readlines()[1:]:
                name, value = line.split()[:2]
                values[name] = int(value) / 1024
        return values["Rss:"], values["Private_Clean:"] + values["Private_Dirty:"]


def measure_starts(command, folder, init, count):
    marks = {"exec to listening": [], "exec to /init answered": [], "exec to first /run answered": [], "exec to second /run": []}
    for number in range(count):
        proxy = Proxy(command, folder)
        connection = proxy.connect()
        marks["exec to listening"].append(time.perf_counter() - proxy.started)
        BENCH.ask(connection, init)
        marks["exec to /init answered"].append(time.perf_counter() - proxy.started)
        BENCH.ask(connection, BENCH.run(number))
        marks["exec to first /run answered"].append(time.perf_counter() - proxy.started)
        BENCH.ask(connection, BENCH.run(number + 1))
        marks["exec to second /run"].append(time.perf_counter() - proxy.started)
        connection.close()
        proxy.close()
    for name, values in marks.items():
        BENCH.show(name, values, "ms", 1e3)


def measure_calls(command, folder, init, count):
    proxy = Proxy(command, folder)
    connection = proxy.connect()
    print("waiting for /init: resident %.0f MiB, its own %.0f MiB" % proxy.memory())
    BENCH.ask(connection, init)
    BENCH.ask(connection, BENCH.run(0))
    print("after the first call: resident %.0f MiB, its own %.0f MiB" % proxy.memory())
    requests = [BENCH.run(number) for number in range(count)]
    for data in requests[: count // 4]:
        BENCH.ask(connection, data)
    trips, before, began = [], proxy.cpu_seconds(), time.perf_counter()
    for data in requests:
        start = time.perf_counter()
        BENCH.ask(connection, data)
        trips.append(time.perf_counter() - start)
    took, cpu = time.perf_counter() - began, proxy.cpu_seconds() - before
    BENCH.show("no-op call, round trip", trips, "us", 1e6)
    print("%-34s mean %7.2f us" % ("no-op call, CPU of the proxy", cpu / count * 1e6))
    print("%-34s %.0f" % ("no-op calls a second", count / took))
    print("after %d calls: resident %.0f MiB, its own %.0f MiB" % ((count, *proxy.memory())))
    proxy.close()


def train(java, flags, jar, folder):
    cache = os.path.join(folder, "java.aot")
    began = time.perf_counter()
    subprocess.run([java, *flags, "-XX:AOTCacheOutput=" + cache, "-jar", jar, "--train"], check=True, capture_output=True, cwd=folder)
    print("AOT cache trained in %.1f s, %.0f MiB" % (time.perf_counter() - began, os.path.getsize(cache) / 2**20))
    return ["-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20000)
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--java", default=shutil.which("java"))
    parser.add_argument("--flags", default=FLAGS)
    parser.add_argument("--form", choices=("jar", "source"), default="jar")
    parser.add_argument("--no-aot", action="store_true")
    given = parser.parse_args()
    jars = glob.glob(os.path.join(HERE, "target/runtime/runtime-java-*.jar"))
    gson = glob.glob(os.path.join(HERE, "target/runtime/gson-*.jar"))
    java = os.path.realpath(given.java)
    with tempfile.TemporaryDirectory() as folder:
        flags = given.flags.split()
        if not given.no_aot:
            flags += train(java, flags, jars[0], folder)
        command = [java, *flags, "-jar", jars[0]]
        print("%s, load %.1f" % (" ".join(command), os.getloadavg()[0]))
        is_jar = given.form == "jar"
        code = jar_code(java, gson[0], folder) if is_jar else CODE
        init = BENCH.request("/init", {"value": {"name": "noop", "main": "Noop", "code": code, "binary": is_jar, "env": {}}})
        measure_starts(command, folder, init, given.starts)
        measure_calls(command, folder, init, given.calls)


if __name__ == "__main__":
    main()
