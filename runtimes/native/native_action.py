"""The action inside the native proxy: /init makes a program of its code, /run has it run.

Nothing of the action runs within the proxy, so it cannot harm it: however a program
ends, there is an answer that says so.
"""

import native_loop
import native_once
import native_process
import native_program
import native_result
import proxy_json
import proxy_protocol
import proxy_zip


class Runtime(proxy_protocol.Protocol):
    def __init__(self):
        super().__init__()
        self.once = self.loop = None
        native_process.end_all_on_sigterm()

    def load(self, name, code, binary, main):
        """main says nothing here: OpenWhisk too knows one name only, exec."""
        try:
            path = native_program.prepare(code, binary, proxy_protocol.EXPANDED_LIMIT)
        except (native_program.BadProgram, proxy_zip.BadArchive, OSError) as problem:
            raise proxy_protocol.not_initialized(problem)
        if native_program.is_loop(path):
            self.load_loop(path)
        else:
            self.once = native_once.Once(path, self.logs)

    def load_loop(self, path):
        loop = native_loop.Loop(path)
        try:
            loop.start()
        except native_loop.Ended as problem:
            raise proxy_protocol.not_initialized("its program %s" % problem)
        except OSError as problem:
            raise proxy_protocol.not_initialized(native_process.describe_failed_start(problem))
        self.loop = loop

    def call(self, message):
        if message.get("value") is None:
            message["value"] = {}
        try:
            return self.call_once(message) if self.loop is None else self.call_loop(message)
        except OSError as problem:
            reason = native_process.describe_failed_start(problem)
            return failure("The action cannot be started: %s." % reason)

    def call_once(self, message):
        output, status = self.once.call(proxy_json.encode_spaced(message["value"]))
        if output.too_long:
            output.pass_on()
            return failure("The last line of the action's output is over the limit of %d bytes." % native_result.RESULT_LIMIT)
        try:
            return 200, native_result.result(output.last)
        except native_result.NoResult as problem:
            reason = problem if output.last.strip() else "there is none"
            output.pass_on()
        if status:
            return failure("The action %s and without a result." % native_process.describe_end(status))
        return self.wrong_result("the last line of standard output should be the result, but %s" % reason)

    def call_loop(self, message):
        try:
            return 200, native_result.result(self.loop.call(message))
        except native_loop.Ended as problem:
            return failure("The action %s." % problem)
        except native_result.NoResult as problem:
            return self.wrong_result("a line on descriptor 3 should be the result, but %s" % problem)

    def wrong_result(self, reason):
        """OpenWhisk's words in the answer, and why in the log."""
        self.logs.write(2, b"pikachu: %b\n" % reason.encode(errors="replace"))
        return failure(proxy_protocol.WRONG_RESULT)


def failure(text):
    return 502, proxy_protocol.error(text)
