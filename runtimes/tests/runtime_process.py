"""A real runtime process of any kind, and clients on real sockets, for the tests."""

import base64
import io
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import zipfile

RUNTIMES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SENTINEL = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX"
PATIENCE = 20


class ConnectionDied(Exception):
    pass


def await_true(condition, what):
    deadline = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("waited %d s in vain for: %s" % (PATIENCE, what))
        time.sleep(0.001)


def request(path, body, *, method="POST", version="HTTP/1.1", headers=()):
    """The bytes of a request; a body that is not bytes is sent as JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = ["%s %s %s" % (method, path, version), "Host: runtime", "Content-Length: %d" % len(body), *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def initialization(code, **value):
    return {"value": {"name": "hello", "main": "main", "code": code, "binary": False, "env": {}, **value}}


def zipped(files, modes=None):
    """A base64 zip of {name: text}."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (modes or {}).get(name, 0o644) << 16
            archive.writestr(entry, text)
    return base64.b64encode(data.getvalue()).decode()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Client:
    """One connection, kept open."""

    def __init__(self, connection):
        self.socket = connection
        self.socket.settimeout(PATIENCE)
        self.input = b""

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, path, body, **options):
        self.send(request(path, body, **options))
        return self.answer()

    def answer(self):
        head = self.take(self.upto(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        status = int(head[0].split(" ")[1])
        return Answer(status, headers, self.take(int(headers.get("content-length", 0))))

    def upto(self, mark):
        while mark not in self.input:
            self.receive()
        return self.input.index(mark) + len(mark)

    def take(self, count):
        while len(self.input) < count:
            self.receive()
        data, self.input = self.input[:count], self.input[count:]
        return data

    def receive(self):
        try:
            data = self.socket.recv(1 << 20)
        except ConnectionError as problem:
            raise ConnectionDied() from problem
        if not data:
            raise ConnectionDied()
        self.input += data

    def is_closed_by_peer(self):
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self):
        self.socket.close()


class Log:
    """What the runtime wrote to one of its streams, read as it comes."""

    def __init__(self, fd):
        self.fd, self.data = fd, b""
        os.set_blocking(fd, False)

    def read(self):
        """What is in the pipe right now: an answer promises that its logs are."""
        while select.select([self.fd], [], [], 0)[0]:
            data = os.read(self.fd, 1 << 16)
            if not data:
                break
            self.data += data
        return self.data.decode(errors="replace")

    def lines(self):
        return self.read().splitlines()


class Runtime:
    """command is what comes before --unix PATH; it may depend on nothing of the environment but PATH."""

    def __init__(self, command, *, tcp=False, env=None):
        self.folder = tempfile.mkdtemp(prefix="pikachu-runtime-")
        self.path = os.path.join(self.folder, "s")
        self.port = free_port() if tcp else None
        where = ("--tcp", "127.0.0.1:%d" % self.port) if tcp else ("--unix", self.path)
        self.process = subprocess.Popen(
            [*command, *where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **(env or {})},
            start_new_session=True,
        )
        self.stdout, self.stderr = (Log(pipe.fileno()) for pipe in (self.process.stdout, self.process.stderr))
        self.clients = []
        self.client = await_true(self.try_connect, "the runtime to listen")

    def try_connect(self):
        if self.process.poll() is not None:
            raise AssertionError("the runtime ended: " + self.stderr.read())
        try:
            return self.connect()
        except OSError:
            return None

    def connect(self):
        connection = socket.socket(socket.AF_INET if self.port else socket.AF_UNIX)
        try:
            connection.connect(("127.0.0.1", self.port) if self.port else self.path)
        except OSError:
            connection.close()
            raise
        self.clients.append(Client(connection))
        return self.clients[-1]

    def init(self, code, **value):
        return self.client.ask("/init", initialization(code, **value))

    def run(self, arguments=None, **fields):
        return self.client.ask("/run", {"value": {} if arguments is None else arguments, **fields})

    def sentinels(self):
        return tuple(log.lines().count(SENTINEL) for log in (self.stdout, self.stderr))

    def is_idle(self):
        with open("/proc/%d/stat" % self.process.pid) as file:
            return file.read().rpartition(")")[2].split()[0] == "S"

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(PATIENCE)
        for client in self.clients:
            client.close()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        shutil.rmtree(self.folder)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
