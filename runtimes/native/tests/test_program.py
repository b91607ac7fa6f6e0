"""How the native runtime makes a program of an action's code."""

import base64
import os
import unittest

from native_runtime import NativeTest
from runtime_process import zipped

ECHO = '#!/bin/sh\necho "$1"\n'


def encoded(data):
    return base64.b64encode(data).decode()


class ProgramTest(NativeTest):
    def test_runs_an_executable_file(self):
        with open("/bin/echo", "rb") as file:
            native = self.native(encoded(file.read()), binary=True)
        self.assert_answer(200, {"a": 1}, native.run({"a": 1}))

    def test_runs_a_script_in_base64(self):
        native = self.native("\n" + encoded(ECHO.encode()) + "\n", binary=True)
        self.assert_answer(200, {"a": 1}, native.run({"a": 1}))

    def test_runs_the_exec_of_a_zip_wherever_it_was_made_and_whatever_main_says(self):
        files = {"exec": '#!/bin/sh\n. ./part.sh\ncat sub/data.json\n', "part.sh": "echo part\n", "sub/data.json": '{"a": "é"}'}
        native = self.native(zipped(files, {"exec": 0o644}), binary=True, main="other")
        self.assert_answer(200, {"a": "é"}, native.run())
        self.assertIn("part\n", native.stdout.read())

    def test_takes_a_script_with_a_byte_order_mark_and_no_last_newline(self):
        native = self.native("\ufeff#!/bin/sh\necho '{\"a\": \"ü\"}'")
        self.assert_answer(200, {"a": "ü"}, native.run())

    def test_runs_a_script_by_an_interpreter_of_its_own_zip(self):
        files = {"exec": "#!./own -x\n", "own": "#!/bin/sh\necho '{\"option\": \"'$1'\"}'\n"}
        native = self.native(zipped(files, {"own": 0o755}), binary=True)
        self.assert_answer(200, {"option": "-x"}, native.run())

    def test_says_why_code_cannot_be_executed_and_takes_other_code_then(self):
        cases = [
            ("echo hello", {}, "neither an ELF executable nor a script that begins with #!"),
            (" #!/bin/sh\n", {}, "neither an ELF executable nor a script that begins with #!"),
            ("#!", {}, "names no interpreter"),
            ("#! \nx", {}, "names no interpreter"),
            ("#!/bin/sh\r\necho\r\n", {}, "ends with a carriage return"),
            ("#!/nowhere/zsh -e\n", {}, "asks for /nowhere/zsh, which this container cannot execute"),
            ("#!/etc/passwd\n", {}, "asks for /etc/passwd, which this container cannot execute"),
            ("#!/bin/sh\necho \ud800", {}, "has no form in UTF-8"),
            ("not base64!", {"binary": True}, "not a base64-encoded zip"),
            (encoded(b"MZ not for us"), {"binary": True}, "not a base64-encoded zip"),
            (zipped({"main": ECHO}), {"binary": True}, "the zip has no exec at its root"),
            (zipped({"exec": "echo"}), {"binary": True}, "neither an ELF executable nor a script"),
            (zipped({"exec": ECHO, "../evil": ""}), {"binary": True}, "outside of its root"),
        ]
        native = self.native()
        for count, (code, value, reason) in enumerate(cases, 1):
            with self.subTest(code=code[:40]):
                answer = native.init(code, **value)
                self.assertEqual(502, answer.status)
                self.assertTrue(answer.json()["error"].startswith("The action failed to initialize: "), answer.body)
                self.assertIn(reason, answer.json()["error"])
                self.assert_sentinels(native, count)
                self.assertEqual(["s"], os.listdir(native.folder))
        self.assertEqual(200, native.init(ECHO).status)
        self.assert_answer(200, {"a": 1}, native.run({"a": 1}))

    def test_says_that_a_file_is_for_another_kind_of_machine(self):
        with open("/bin/echo", "rb") as file:
            foreign = bytearray(file.read())
        foreign[18:20] = b"\x08\x00"  # MIPS
        native = self.native(encoded(foreign), binary=True)
        self.assert_answer(502, {"error": "The action cannot be started: Exec format error."}, native.run())
        self.assert_sentinels(native, 1)

    def test_says_that_the_program_has_removed_itself(self):
        native = self.native('#!/bin/sh\nrm exec\necho "{}"\n')
        self.assert_answer(200, {}, native.run())
        self.assert_answer(502, {"error": "The action cannot be started: No such file or directory."}, native.run())


if __name__ == "__main__":
    unittest.main()
