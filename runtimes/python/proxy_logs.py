"""The function's standard output and error, and the line that ends an activation on each.

Logs owns duplicates of descriptors 0, 1 and 2 that function code does not know of, so
that it may close or redirect its own: the sentinel arrives all the same, and the next
activation finds all three restored.
"""

import io
import os
import sys

SENTINEL = b"XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n"
NAMES = {1: "stdout", 2: "stderr"}


class Descriptor(io.FileIO):
    """Descriptor 1 or 2, remembering whether the last line written is unfinished."""

    unfinished = False

    def __init__(self, fd):
        super().__init__(fd, "w", closefd=False)

    def write(self, data):
        written = super().write(data)
        if written:
            self.unfinished = data[written - 1] != 10
        return written


class Stream:
    """sys.stdout or sys.stderr: UTF-8, each line written as soon as it is complete."""

    def __init__(self, fd):
        self.fd = fd
        self.kept = os.dup(fd)  # close-on-exec: no child of the function's holds the log open
        self.descriptor = Descriptor(fd)
        self.text = self.open()
        self.install()

    def open(self):
        buffer = io.BufferedWriter(self.descriptor)
        # A character that UTF-8 cannot hold is no reason for print to fail.
        return io.TextIOWrapper(buffer, encoding="utf-8", errors="backslashreplace", line_buffering=True)

    def install(self):
        setattr(sys, NAMES[self.fd], self.text)
        setattr(sys, "__%s__" % NAMES[self.fd], self.text)

    def flush(self):
        current = getattr(sys, NAMES[self.fd], None)
        if current is not self.text:
            flushes(current)
        if not flushes(self.text):
            self.replace(current)

    def replace(self, current):
        """The function closed our stream or took its buffer away."""
        if self.descriptor.closed:
            unfinished = self.descriptor.unfinished
            self.descriptor = Descriptor(self.fd)
            self.descriptor.unfinished = unfinished
        lost, self.text = self.text, self.open()
        self.install()
        if current is not lost and flushes(current):
            setattr(sys, NAMES[self.fd], current)

    def end_activation(self):
        self.flush()
        line = b"\n" + SENTINEL if self.descriptor.unfinished else SENTINEL
        self.descriptor.unfinished = False
        try:
            self.write_whole(line)
            os.dup2(self.kept, self.fd)
        except OSError:
            pass  # nobody reads the logs any more; the call is answered nevertheless

    def write_whole(self, line):
        """A child process, Node.js for one, may have made the pipe non-blocking, for us too."""
        try:
            os.write(self.kept, line)
        except BlockingIOError:
            os.set_blocking(self.kept, True)
            os.write(self.kept, line)


def flushes(stream):
    """False when the stream is unusable, which a failed write does not make it."""
    try:
        stream.flush()
    except OSError:
        pass
    except BaseException:  # closed or detached; or a stream of the function's own making
        return False
    return True


class Logs:
    def __init__(self):
        self.null = os.dup(0)  # see proxy.py: standard input is /dev/null
        self.streams = (Stream(1), Stream(2))

    def descriptors(self):
        return {0, 1, 2, self.null, *(stream.kept for stream in self.streams)}

    def flush(self):
        for stream in self.streams:
            stream.flush()

    def write(self, fd, data):
        """All of data to descriptor 1 or 2; lost when nobody reads the logs any more."""
        descriptor, rest = self.streams[fd - 1].descriptor, memoryview(data)
        try:
            while rest:
                rest = rest[descriptor.write(rest) :]
        except OSError:
            pass

    def end_activation(self):
        for stream in self.streams:
            stream.end_activation()
        os.dup2(self.null, 0)
