"""A program that is run once for every activation, as in OpenWhisk's docker skeleton.

It gets its argument on the command line, as long as Linux takes that, and on standard
input. Its output is read until it ends, however little of its input it took, and no
longer: what it left in its process group is killed then.
"""

import os
import select
import time

import native_process
import native_result

ARGUMENT_LIMIT = 131071  # of one argument: Linux's MAX_ARG_STRLEN without the final zero
RECEIVE = 64 * 1024
PIPE = 1024 * 1024  # the most that a pipe can hold
# For a helper that still writes when the program has ended, like tee in exec > >(tee log).
GRACE = 0.1


class Once:
    def __init__(self, path, logs):
        self.path = path
        self.logs = logs

    def call(self, argument):
        """(output, wait status); argument is text in ASCII."""
        run = Run(self.logs)
        try:
            run.start(self.path, argument)
            run.wait()
        finally:
            status = run.close()
        return run.output, status


class Run:
    def __init__(self, logs):
        self.output = native_result.Output(lambda data: logs.write(1, data))
        self.write_error = lambda data: logs.write(2, data)
        self.pid = self.pidfd = self.stdin = None
        self.input = b""
        self.sources = {}  # descriptor -> who takes what is read from it
        self.poll = select.poll()

    def start(self, path, argument):
        """The pipes' far ends are closed here whether or not it starts, and ours by close()."""
        far = []
        try:
            stdin, self.stdin = self.pipe(far, 0)
            self.feed(argument)
            stdout, stderr = self.source(far, self.output.add), self.source(far, self.write_error)
            arguments = [argument] if len(argument) <= ARGUMENT_LIMIT else []
            self.pid = native_process.spawn(path, arguments, {0: stdin, 1: stdout, 2: stderr})
        finally:
            native_process.close(far)
        self.pidfd = os.pidfd_open(self.pid)
        self.poll.register(self.pidfd, select.POLLIN)

    def pipe(self, far, end):
        """Their end (0 to read, 1 to write) and ours."""
        ends = os.pipe()
        far.append(ends[end])
        return ends[end], ends[1 - end]

    def source(self, far, take):
        theirs, ours = self.pipe(far, 1)
        self.sources[ours] = take
        self.poll.register(ours, select.POLLIN)
        return theirs

    def feed(self, argument):
        """Mostly all of it fits into the pipe before the program even starts."""
        os.set_blocking(self.stdin, False)
        self.input = memoryview(argument.encode() + b"\n")
        self.write_input()
        if self.stdin is not None:
            self.poll.register(self.stdin, select.POLLOUT)

    def write_input(self):
        try:
            self.input = self.input[os.write(self.stdin, self.input) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it does not want the rest
            self.input = b""
        if not self.input:
            self.forget(self.stdin)
            self.stdin = None

    def forget(self, fd):
        try:
            self.poll.unregister(fd)
        except KeyError:
            pass
        os.close(fd)

    def wait(self):
        """Until the program has ended and its output too, or nobody hurries to end that."""
        deadline = None
        while deadline is None or self.sources:
            left = None if deadline is None else max(0, deadline - time.monotonic()) * 1000
            events = self.poll.poll(left)
            if left is not None and (not events or not left):
                return
            for fd, _ in events:
                if fd == self.pidfd:
                    self.poll.unregister(fd)
                    deadline = time.monotonic() + GRACE
                elif fd == self.stdin:
                    self.write_input()
                else:
                    self.read(fd)

    def read(self, fd, count=RECEIVE):
        data = os.read(fd, count)
        if data:
            self.sources[fd](data)
        else:
            self.forget(fd)
            del self.sources[fd]

    def close(self):
        """Ends the program's group and takes what it wrote to the last; what escaped may go on
        writing, but is not heard."""
        status = None
        if self.pid is not None:
            status = native_process.end(self.pid)
            for fd, _ in self.last_events():
                self.read(fd, PIPE)
        mine = [*self.sources, *(fd for fd in (self.stdin, self.pidfd) if fd is not None)]
        native_process.close(mine)
        return status

    def last_events(self):
        poll = select.poll()
        for fd in self.sources:
            poll.register(fd, select.POLLIN)
        return poll.poll(0)
