"""The native runtime's process, for the tests."""

import os
import sys
import threading
import unittest

RUNTIMES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(RUNTIMES, "tests"))
from runtime_process import Runtime, await_true  # noqa: E402

PROXY = os.path.join(RUNTIMES, "native", "proxy.py")
WRONG_RESULT = "The action did not return a dictionary or array."


class Native(Runtime):
    def __init__(self, **options):
        super().__init__([sys.executable, "-S", "-E", "-I", PROXY], **options)

    def peak_memory(self):
        """Bytes; of the proxy alone."""
        with open("/proc/%d/status" % self.process.pid) as file:
            line = next(line for line in file if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


class NativeTest(unittest.TestCase):
    def native(self, code=None, **value):
        native = Native()
        self.addCleanup(native.close)
        if code is not None:
            self.assert_answer(200, {"ok": True}, native.init(code, **value))
        return native

    def assert_answer(self, status, value, answer):
        self.assertEqual((status, value), (answer.status, answer.json()))

    def assert_sentinels(self, native, count):
        self.assertEqual((count, count), native.sentinels())

    def await_gone(self, pid):
        await_true(lambda: not is_alive(pid), "process %d to end" % pid)


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Drain:
    """Reads one log for as long as it goes on and keeps no more of it than its end."""

    def __init__(self, log):
        self.fd, self.count, self.end = log.fd, 0, b""
        os.set_blocking(self.fd, True)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while not self.end.endswith(b"XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n"):
            data = os.read(self.fd, 1 << 16)
            if not data:
                break
            self.count += len(data)
            self.end = (self.end + data)[-200:]
