"""A program that stays: OpenWhisk's action loop.

It reads a line of JSON for each activation, the body of /run, from standard input and
answers with a line of JSON on descriptor 3. Once it is ready to do so it says there
{"ok": true}. What it prints is its log. Whoever never answers is ended by the invoker.
"""

import os
import select

import native_process
import native_result
import proxy_json

ANSWERS = 3
RECEIVE = 64 * 1024
PATIENCE = 1000  # milliseconds


class Ended(Exception):
    """The program is gone; the message tells how."""


class Loop:
    def __init__(self, path):
        self.path = path
        self.pid = None
        self.descriptors = ()  # to its standard input, from its answers, of its process
        os.environ["__OW_WAIT_FOR_ACK"] = "1"

    def start(self):
        stdin, requests = os.pipe()
        answers, stdout = os.pipe()
        try:
            self.pid = native_process.spawn(self.path, [], {0: stdin, ANSWERS: stdout})
            self.descriptors = (requests, answers, os.pidfd_open(self.pid))
        except BaseException:
            self.descriptors = (requests, answers)
            self.end()
            raise
        finally:
            native_process.close((stdout, stdin))
        self.await_acknowledgement()

    def await_acknowledgement(self):
        line = self.receive("acknowledging that it is ready")
        try:
            ready = proxy_json.decode(line.decode())["ok"] is True
        except (ValueError, TypeError, LookupError):
            ready = False
        if not ready:
            self.end()
            raise Ended('wrote %r to descriptor 3 where {"ok": true} was due' % line[:80])

    def call(self, message):
        """The line that it answers. After a failure the next call starts it anew."""
        if self.pid is None:
            self.start()
        self.send(proxy_json.encode(message) + b"\n")
        return self.receive("answering")

    def send(self, data):
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self.descriptors[0], rest) :]
        except BrokenPipeError:
            pass  # it has ended, or answers without reading

    def receive(self, what):
        line = bytearray()
        while not line.endswith(b"\n"):
            data = self.read()
            if not data:
                raise Ended("%s instead of %s" % (self.describe_end(), what))
            line += data
            if len(line) > native_result.RESULT_LIMIT:
                self.end()
                raise Ended("answered with a line over the limit of %d bytes" % native_result.RESULT_LIMIT)
        return bytes(line)

    def read(self):
        """Nothing once it has ended, even if a child of its keeps the answers' pipe open."""
        _, answers, process = self.descriptors
        poll = select.poll()
        for fd in (answers, process):
            poll.register(fd, select.POLLIN)
        ready = dict(poll.poll())
        return os.read(answers, RECEIVE) if answers in ready else b""

    def describe_end(self):
        """It closes descriptor 3 a moment before it can be seen to have ended."""
        poll = select.poll()
        poll.register(self.descriptors[2], select.POLLIN)
        has_ended = poll.poll(PATIENCE)
        status = self.end()
        return native_process.describe_end(status) if has_ended else "closed descriptor 3"

    def end(self):
        status = None if self.pid is None else native_process.end(self.pid)
        native_process.close(self.descriptors)
        self.pid, self.descriptors = None, ()
        return status
