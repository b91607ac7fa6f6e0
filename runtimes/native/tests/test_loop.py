"""A program that stays and speaks OpenWhisk's action loop."""

import signal
import unittest

from native_runtime import WRONG_RESULT, NativeTest
from runtime_process import SENTINEL, await_true, request, zipped

START = """#!/usr/bin/python3 -S
import json, os, sys, time
answers = os.fdopen(3, "w", buffering=1)
def say(value):
    print(json.dumps(value), file=answers)
"""
ACKNOWLEDGE = "assert os.environ['__OW_WAIT_FOR_ACK']\nsay({'ok': True})\n"
EACH = "for line in sys.stdin:\n    message = json.loads(line)\n    value = message['value']\n"
ECHO = START + ACKNOWLEDGE + EACH + "    say(value)\n"


class LoopTest(NativeTest):
    def init_loop(self, native, program):
        return native.init(zipped({"exec": program, "exec.actionloop": ""}), binary=True)

    def loop(self, program):
        native = self.native()
        self.assert_answer(200, {"ok": True}, self.init_loop(native, program))
        return native

    def test_keeps_the_program_and_what_it_remembers(self):
        native = self.loop(START + ACKNOWLEDGE + "n = 0\n" + EACH + "    n += 1\n    say({'n': n, 'pid': os.getpid()})\n")
        first, second = native.run().json(), native.run().json()
        self.assertEqual((1, 2), (first["n"], second["n"]))
        self.assertEqual(first["pid"], second["pid"])
        self.assert_sentinels(native, 2)

    def test_gives_it_the_whole_of_run_in_a_line(self):
        native = self.loop(START + ACKNOWLEDGE + EACH + "    say(message)\n")
        body = b'{"value":\n{"a": "\xc3\xa9\\n"},\n "instance_id": "i1", "deadline": "5"}'
        self.assert_answer(200, {"value": {"a": "é\n"}, "instance_id": "i1", "deadline": "5"}, native.client.ask("/run", body))
        self.assert_answer(200, {"value": {}}, native.client.ask("/run", {}))

    def test_has_what_it_printed_in_the_log_before_the_answer(self):
        native = self.loop(START + ACKNOWLEDGE + EACH + "    os.write(1, b'out\\n')\n    os.write(2, b'err\\n')\n    say(value)\n")
        for _ in range(2):
            native.run()
            self.assertEqual(["out", SENTINEL], native.stdout.lines()[-2:])
            self.assertEqual(["err", SENTINEL], native.stderr.lines()[-2:])

    def test_echoes_lines_of_megabytes(self):
        native = self.loop(ECHO)
        for size in (1 << 20, (1 << 20) + 1, 7_000_000):
            self.assert_answer(200, {"x": "y" * size}, native.run({"x": "y" * size}))

    def test_says_how_a_program_failed_to_get_ready(self):
        cases = [
            ("sys.exit(3)\n", "its program ended with exit status 3 instead of acknowledging that it is ready"),
            ("os.kill(os.getpid(), 9)\n", "its program was killed by signal 9 (Killed) instead of acknowledging"),
            ("os.close(3)\ntime.sleep(60)\n", "its program closed descriptor 3 instead of acknowledging"),
            ("say({'ok': False})\n", "its program wrote b'{\"ok\": false}\\n' to descriptor 3"),
            ("say([])\n", "its program wrote b'[]\\n' to descriptor 3"),
            ("print('ready', file=answers)\n", "its program wrote b'ready\\n' to descriptor 3"),
        ]
        for code, reason in cases:
            with self.subTest(code=code):
                native = self.native()
                answer = self.init_loop(native, START + code)
                self.assertEqual(502, answer.status)
                self.assertIn("The action failed to initialize: " + reason, answer.json()["error"])
                self.assert_sentinels(native, 1)

    def test_says_that_the_program_cannot_be_started_again(self):
        native = self.loop(START + ACKNOWLEDGE + "os.unlink('exec')\n" + EACH + "    sys.exit(4)\n")
        native.run()
        before = native.descriptors()
        for _ in range(5):
            self.assert_answer(502, {"error": "The action cannot be started: No such file or directory."}, native.run())
        self.assertEqual(before, native.descriptors())

    def test_starts_a_program_anew_that_ended_in_a_call(self):
        native = self.loop(START + ACKNOWLEDGE + EACH + "    if value:\n        sys.exit(4)\n    say({})\n")
        for _ in range(2):
            error = "The action ended with exit status 4 instead of answering."
            self.assert_answer(502, {"error": error}, native.run({"end": 1}))
            self.assert_answer(200, {}, native.run())
        self.assert_sentinels(native, 4)

    def test_notices_its_end_although_a_child_keeps_the_answers_pipe(self):
        native = self.loop(
            START + ACKNOWLEDGE + EACH + "    if os.fork() == 0:\n        os.setsid()\n        time.sleep(60)\n    os._exit(5)\n"
        )
        self.assert_answer(502, {"error": "The action ended with exit status 5 instead of answering."}, native.run())

    def test_refuses_answers_that_are_no_result(self):
        for text, reason in (("3", "neither an object nor an array"), ("text", "it is not JSON")):
            native = self.loop(START + ACKNOWLEDGE + EACH + "    print(%r, file=answers)\n" % text)
            self.assert_answer(502, {"error": WRONG_RESULT}, native.run())
            self.assertIn(reason, native.stderr.read())

    def test_refuses_an_answer_without_end(self):
        native = self.loop(START + ACKNOWLEDGE + EACH + "    while True:\n        os.write(3, b'x' * 65536)\n")
        error = "The action answered with a line over the limit of 8388608 bytes."
        self.assert_answer(502, {"error": error}, native.run())

    def test_ends_the_log_although_the_program_filled_it_without_blocking(self):
        native = self.loop(
            START
            + ACKNOWLEDGE
            + EACH
            + "    os.set_blocking(1, False)\n"
            + "    try:\n        while True:\n            os.write(1, b'x' * 4096)\n    except BlockingIOError:\n        say({})\n"
        )
        native.client.send(request("/run", {}))
        await_true(lambda: SENTINEL in native.stdout.read(), "the sentinel")
        self.assert_answer(200, {}, native.client.answer())

    def test_ends_the_program_too_when_it_is_told_to_end(self):
        native = self.loop(START + ACKNOWLEDGE + EACH + "    say({'pid': os.getpid()})\n")
        pid = native.run().json()["pid"]
        native.process.send_signal(signal.SIGTERM)
        self.assertEqual(128 + signal.SIGTERM, native.process.wait(20))
        self.await_gone(pid)


if __name__ == "__main__":
    unittest.main()
