"""Measures the native proxy as ../python/bench_proxy.py does the Python one.

    /usr/bin/python3 runtimes/native/bench_native.py [--calls N] [--starts N] [--python PATH] [--flags "-S -E -I"]

For a shell script run for every call, for an executable (/bin/echo) and for an action
loop in Python; beside them what starting that script costs without any proxy.
"""

import argparse
import base64
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = os.path.join(os.path.dirname(HERE), "python")
sys.path.insert(0, PYTHON)
import bench_proxy  # noqa: E402

SCRIPT = '#!/bin/sh\necho "$1"\n'
LOOP = """#!/usr/bin/python3 -SEI
import os
os.write(3, b'{"ok":true}\\n')
while os.read(0, 65536):
    os.write(3, b"{}\\n")
"""


def loop():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("exec", LOOP)
        archive.writestr("exec.actionloop", "")
    return data.getvalue()


def executable():
    with open("/bin/echo", "rb") as file:
        return file.read()


def programs():
    yield "script", SCRIPT, False
    yield "executable", base64.b64encode(executable()).decode(), True
    yield "action loop", base64.b64encode(loop()).decode(), True


def stage(folder, python):
    """Both runtimes with compiled files beside them, as the invoker stages them."""
    for source in (PYTHON, HERE):
        target = os.path.join(folder, os.path.basename(source))
        os.mkdir(target)
        for name in os.listdir(source):
            if name.endswith(".py"):
                shutil.copy(os.path.join(source, name), target)
    subprocess.run([python, "-m", "compileall", "-q", folder], check=True)
    bench_proxy.PROXY_COPY[0] = os.path.join(folder, "native", "proxy.py")


def measure(name, code, binary, given, command):
    print(name)
    value = {"name": "noop", "main": "main", "code": code, "binary": binary, "env": {}}
    bench_proxy.INIT = bench_proxy.request("/init", {"value": value})
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.starts + 1):  # a container's folder is its own
            os.mkdir(os.path.join(folder, str(number)))
        folders = iter(os.listdir(folder))
        bench_proxy.measure_starts(command, lambda: os.path.join(folder, next(folders)), given.starts)
        bench_proxy.measure_calls(command, os.path.join(folder, next(folders)), given.calls)


def measure_bare(count):
    """The same script started by this process, its output read."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "exec")
        with open(path, "w") as file:
            file.write(SCRIPT)
        os.chmod(path, 0o755)
        times = []
        for _ in range(count):
            started = time.perf_counter()
            source, sink = os.pipe()
            pid = os.posix_spawn(path, [path, "{}"], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, sink, 1)])
            os.close(sink)
            while os.read(source, 65536):
                pass
            os.waitpid(pid, 0)
            os.close(source)
            times.append(time.perf_counter() - started)
    bench_proxy.show("the script without a proxy", times, "us", 1e6)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--flags", default="-S -E -I")
    given = parser.parse_args()
    command = [given.python, *given.flags.split()]
    print("%s, load %.1f" % (" ".join(command), os.getloadavg()[0]))
    with tempfile.TemporaryDirectory() as folder:
        stage(folder, given.python)
        for name, code, binary in programs():
            measure(name, code, binary, given, command)
    measure_bare(given.calls)


if __name__ == "__main__":
    main()
