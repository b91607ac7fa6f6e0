"""The last line of an action's output is its result, every other one is log.

The output may be endless and need not have lines: no more than RESULT_LIMIT bytes of it
are held at a time.
"""

import proxy_json

RESULT_LIMIT = 8 * 1024 * 1024


class NoResult(Exception):
    pass


class Output:
    """Passes on what it is given, except for the last line."""

    def __init__(self, write_log):
        self.write_log = write_log
        self.last = bytearray()
        self.too_long = False  # the beginning of the last line was passed on

    def add(self, data):
        if self.last.endswith(b"\n"):
            self.pass_on()
        end = data.rfind(b"\n", 0, len(data) - 1) + 1
        if end:
            self.last += memoryview(data)[:end]
            self.pass_on()
        self.last += memoryview(data)[end:]
        if len(self.last) > RESULT_LIMIT:
            self.too_long = True
            self.write_log(self.last[:-1])
            del self.last[:-1]  # one byte stays, to tell whether the line is at its end

    def pass_on(self):
        """Whatever is held, which is no result."""
        self.write_log(self.last)
        self.last.clear()
        self.too_long = False


def result(line):
    """The bytes of the answer: the line itself, so that numbers keep the digits they have."""
    line = bytes(line.strip())
    try:
        value = proxy_json.decode(line.decode())
        if not isinstance(value, (dict, list)):
            raise NoResult("it is neither an object nor an array")
        # Python reads these and JSON has no such numbers; in strings they may stand.
        if b"NaN" in line or b"Infinity" in line:
            proxy_json.encode(value)
    except (ValueError, RecursionError) as problem:
        raise NoResult("it is not JSON: %s" % problem)
    return line
