"""A program run for every activation: what it is given, what it answers, how it may go wrong."""

import json
import os
import signal
import unittest

from native_runtime import WRONG_RESULT, Drain, NativeTest, is_alive
from runtime_process import SENTINEL, await_true, request

MIB = 1 << 20
ARGUMENTS = '#!/bin/sh\necho "$#"\ncat\n'


def python(code):
    return "#!/usr/bin/python3 -S\nimport json, os, sys, time\n" + code


class ArgumentTest(NativeTest):
    def test_gives_the_argument_on_the_command_line_and_on_standard_input(self):
        native = self.native('#!/bin/sh\nread -r line\n[ "$1" = "$line" ] && echo "$#" && echo "$line"\n')
        answer = native.run({"a": "é", "b": [1, 2]})
        self.assertEqual(b'{"a": "\\u00e9", "b": [1, 2]}', answer.body)
        self.assertIn("1\n", native.stdout.read())

    def test_gives_an_empty_object_where_run_has_no_value(self):
        native = self.native('#!/bin/sh\necho "$1"\n')
        for body in ({}, {"value": None}):
            self.assert_answer(200, {}, native.client.ask("/run", body))

    def test_leaves_to_standard_input_what_linux_does_not_take_as_an_argument(self):
        native = self.native(ARGUMENTS)
        frame = len('{"x": ""}')
        for length, count in ((131071, 1), (131072, 0), (5 * MIB, 0)):
            value = {"x": "y" * (length - frame)}
            self.assert_answer(200, value, native.run(value))
            self.assertEqual([str(count), SENTINEL], native.stdout.lines()[-2:])

    def test_works_for_a_program_that_never_reads_its_input(self):
        native = self.native("#!/bin/sh\necho '{}'\n")
        for size in (1, 100_000, 20 * MIB):
            self.assert_answer(200, {}, native.run({"x": "y" * size}))
        self.assert_sentinels(native, 3)

    def test_works_for_a_program_that_closes_its_input_and_goes_on(self):
        native = self.native("#!/bin/sh\nexec <&-\necho log\necho '{}'\n")
        self.assert_answer(200, {}, native.run({"x": "y" * MIB}))

    def test_starts_it_in_its_folder_with_three_descriptors_and_no_signal_ignored(self):
        native = self.native(
            python(
                "names = sorted(os.listdir('/proc/self/fd'))\n"
                "print(json.dumps({'at': os.getcwd(), 'fds': names[:3] + names[4:], 'n': len(names), 'name': sys.argv[0]}))\n"
            )
        )
        folder = native.folder + "/action"
        answer = native.run().json()
        self.assertEqual({"at": folder, "fds": ["0", "1", "2"], "n": 4, "name": folder + "/exec"}, answer)
        native = self.native('#!/bin/sh\ngrep SigIgn /proc/self/status >&2\necho "{}"\n')
        native.run()
        ignored = int(native.stderr.lines()[0].partition(":")[2], 16)
        self.assertEqual(0, ignored & 0x7FFFFFFF)  # signals 1 to 31; the C library has its own above

    def test_names_the_variable_that_is_too_large_to_start_a_program_with(self):
        native = self.native("#!/bin/sh\necho '{}'\n", env={"LARGE": "x" * 200_000, "SMALL": "x"})
        error = "The action cannot be started: Argument list too long; the largest of its environment variables is LARGE."
        self.assert_answer(502, {"error": error}, native.run())


class ResultTest(NativeTest):
    def test_takes_the_last_line_as_the_result_and_the_others_as_log(self):
        cases = [
            ("printf '{}'", []),
            ("echo '{}'", []),
            ("echo a; echo '{}'", ["a"]),
            ("echo '{\"a\": 1}'; echo b; echo; echo ' {} '", ['{"a": 1}', "b", ""]),
            ("printf 'a\\n\\n{}\\r\\n'", ["a", ""]),
        ]
        for script, log in cases:
            with self.subTest(script=script):
                native = self.native("#!/bin/sh\n%s\n" % script)
                self.assert_answer(200, {}, native.run())
                self.assertEqual([*log, SENTINEL], native.stdout.lines())

    def test_passes_the_result_on_digit_by_digit(self):
        line = '{"n": 1.10, "big": 123456789012345678901234567890.5, "NaN": "Infinity", "é": "\\u00e9"}'
        native = self.native("#!/bin/sh\necho '%s'\n" % line)
        self.assertEqual(line.encode(), native.run().body)

    def test_says_in_the_log_why_a_line_is_no_result(self):
        cases = [
            ("echo not a json object", "not a json object", "it is not JSON: Expecting value"),
            ("echo '{}'; echo; echo", "", "there is none"),
            ("echo '\"text\"'", '"text"', "it is neither an object nor an array"),
            ("echo 3", "3", "it is neither an object nor an array"),
            ("echo '{\"a\": NaN}'", '{"a": NaN}', "it is not JSON: "),
            ("echo '{} {}'", "{} {}", "it is not JSON: Extra data"),
            ("printf '{\"a\": \"\\377\"}'", '{"a": "\ufffd"}', "it is not JSON: 'utf-8' codec can't decode"),
            ("exec >&-", None, "there is none"),
        ]
        for script, line, reason in cases:
            with self.subTest(script=script):
                native = self.native("#!/bin/sh\n%s\n" % script)
                self.assert_answer(502, {"error": WRONG_RESULT}, native.run())
                self.assertEqual([] if line is None else [line], native.stdout.lines()[-2:-1])
                self.assertIn("should be the result, but " + reason, native.stderr.read())
                self.assert_sentinels(native, 1)

    def test_survives_binary_garbage_on_both_streams(self):
        native = self.native(python("junk = bytes(range(256)) * 100\nos.write(1, junk)\nos.write(2, junk)\n"))
        for count in (1, 2):
            self.assert_answer(502, {"error": WRONG_RESULT}, native.run())
            self.assert_sentinels(native, count)

    def test_takes_a_result_whatever_the_exit_status(self):
        native = self.native("#!/bin/sh\necho '{\"error\": \"no\"}'\nexit 3\n")
        self.assert_answer(200, {"error": "no"}, native.run())

    def test_says_how_a_program_without_result_ended(self):
        cases = [
            ("exit 3", "ended with exit status 3"),
            ("echo text; exit 255", "ended with exit status 255"),
            ("kill -SEGV $$", "was killed by signal 11 (Segmentation fault)"),
            ("echo text; kill -9 $$", "was killed by signal 9 (Killed)"),
        ]
        for script, end in cases:
            with self.subTest(script=script):
                native = self.native("#!/bin/sh\n%s\n" % script)
                self.assert_answer(502, {"error": "The action %s and without a result." % end}, native.run())
                self.assertEqual("text" in script, "text\n" in native.stdout.read())
                self.assert_sentinels(native, 1)

    def test_goes_on_while_the_program_has_closed_its_output_and_works(self):
        native = self.native("#!/bin/sh\necho '{\"early\": 1}'\nexec >&-\nread -r _ <gate\necho late >&2\n")
        os.mkfifo(native.folder + "/action/gate")
        native.client.send(request("/run", {}))
        with open(native.folder + "/action/gate", "w"):
            self.assertEqual("", native.stderr.read())
        self.assert_answer(200, {"early": 1}, native.client.answer())
        self.assertEqual(["late", SENTINEL], native.stderr.lines())


class OutputTest(NativeTest):
    def test_holds_little_of_a_line_of_100_megabytes(self):
        native = self.native("#!/bin/sh\nhead -c 100000000 /dev/zero | tr '\\0' x\n")
        drains = [Drain(native.stdout), Drain(native.stderr)]
        error = "The last line of the action's output is over the limit of %d bytes." % (8 * MIB)
        self.assert_answer(502, {"error": error}, native.run())
        for drain in drains:
            drain.thread.join(20)
        self.assertEqual(100_000_000 + 1 + len(SENTINEL) + 1, drains[0].count)
        self.assertLess(native.peak_memory(), 64 * MIB)

    def test_finds_the_result_after_a_line_of_any_length(self):
        limit = 8 * MIB
        for length in (limit - 2, limit - 1, limit, limit + 1, 3 * limit):
            with self.subTest(length=length):
                native = self.native("#!/bin/sh\nhead -c %d /dev/zero | tr '\\0' x\necho\necho '{\"a\": 1}'\n" % length)
                drains = [Drain(native.stdout), Drain(native.stderr)]
                self.assert_answer(200, {"a": 1}, native.run())
                for drain in drains:
                    drain.thread.join(20)
                self.assertEqual(length + 1 + len(SENTINEL) + 1, drains[0].count)

    def test_passes_on_output_without_end_as_it_comes(self):
        native = self.native("#!/bin/sh\nexec yes endless\n")
        native.client.send(request("/run", {}))
        count = 0
        while count < 50 * MIB:
            count += self.read_some(native)
        self.assertLess(native.peak_memory(), 64 * MIB)

    def read_some(self, native):
        os.set_blocking(native.stdout.fd, True)
        return len(os.read(native.stdout.fd, 1 << 20))

    def test_writes_each_line_before_the_last_as_it_comes(self):
        native = self.native("#!/bin/sh\necho first\necho second\necho error >&2\ncat gate\necho '{}'\n")
        os.mkfifo(native.folder + "/action/gate")
        native.client.send(request("/run", {}))
        await_true(lambda: native.stdout.read() == "first\n" and native.stderr.read() == "error\n", "the first lines")
        with open(native.folder + "/action/gate", "w"):
            pass
        self.assert_answer(200, {}, native.client.answer())
        self.assertEqual(["first", "second", SENTINEL], native.stdout.lines())

    def test_puts_the_sentinel_on_a_line_of_its_own(self):
        native = self.native("#!/bin/sh\nprintf open >&2\nprintf open\n")
        native.run()
        self.assertEqual(["open", SENTINEL], native.stdout.lines())
        self.assertIn(SENTINEL, native.stderr.lines())


class LeftoverTest(NativeTest):
    def pid_in(self, native):
        with open(native.folder + "/action/pid") as file:
            return int(file.read())

    def test_kills_what_the_program_left_in_its_group(self):
        for streams in ("", ">/dev/null 2>&1"):
            with self.subTest(streams=streams):
                native = self.native("#!/bin/sh\nsleep 60 %s &\necho $! > pid\necho '{}'\n" % streams)
                self.assert_answer(200, {}, native.run())
                self.await_gone(self.pid_in(native))

    def test_does_not_wait_for_one_that_escaped_nor_hears_it_later(self):
        native = self.native(
            python(
                "if os.fork() == 0:\n"
                "    os.setsid()\n"
                "    if os.fork():\n        os._exit(0)\n"
                "    open('pid', 'w').write(str(os.getpid()))\n"
                "    sys.stdin.close()\n"
                "    while True:\n        os.write(1, b'escaped\\n')\n"
                "while not os.path.exists('pid') or not os.path.getsize('pid'):\n    time.sleep(0.001)\n"
                "print('{}')\n"
            )
        )
        drains = [Drain(native.stdout), Drain(native.stderr)]
        native.run()
        for drain in drains:
            drain.thread.join(20)
            self.assertTrue(drain.end.endswith(b"_XXX\n"))
        self.await_gone(self.pid_in(native))  # by SIGPIPE

    def test_lets_a_helper_write_on_for_a_moment(self):
        native = self.native("#!/bin/bash\nexec > >(tee copy)\necho '{\"a\": 1}'\n")
        attempts = (native.run() for _ in range(20))
        self.assertTrue(any(answer.status == 200 and answer.json() == {"a": 1} for answer in attempts))

    def test_ends_the_program_too_when_it_is_told_to_end(self):
        native = self.native("#!/bin/sh\necho $$ > pid\necho busy >&2\nsleep 60\n")
        native.client.send(request("/run", {}))
        await_true(lambda: "busy" in native.stderr.read(), "the call to begin")
        native.process.send_signal(signal.SIGTERM)
        self.assertEqual(128 + signal.SIGTERM, native.process.wait(20))
        self.await_gone(self.pid_in(native))

    def test_leaves_no_process_and_no_descriptor_call_after_call(self):
        native = self.native("#!/bin/sh\necho '{}'\n")
        native.run()
        before = native.descriptors()
        for _ in range(30):
            native.run({"x": "y" * 100_000})
        self.assertEqual(before, native.descriptors())
        with open("/proc/%d/task/%d/children" % (native.process.pid, native.process.pid)) as file:
            self.assertEqual("", file.read())

    def test_keeps_descriptors_in_order_when_programs_cannot_be_started(self):
        native = self.native('#!/bin/sh\nrm exec\necho "{}"\n')
        native.run()
        before = native.descriptors()
        for _ in range(10):
            self.assertEqual(502, native.run({"x": "y" * 100_000}).status)
        self.assertEqual(before, native.descriptors())


if __name__ == "__main__":
    unittest.main()
