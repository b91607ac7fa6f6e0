"""The runtime protocol, the same tests for every kind of action: docs/formats/runtime.md.

    python3 -m unittest discover -s runtimes/tests [-k Nodejs] [-v]

What a kind is and what its little actions do is in kind.py. A kind that this machine
cannot run is skipped, and the reason printed.
"""

import os
import select
import signal
import sys
import unittest

import kind_java
import kind_native
import kind_nodejs
import kind_python
from kind import DIES, Absent
from runtime_process import SENTINEL, ConnectionDied, Runtime, await_true, request

KINDS = (kind_python.KIND, kind_nodejs.KIND, kind_java.KIND, kind_native.KIND, kind_native.KIND_STAYING)
MIB = 1 << 20
WRONG_RESULT = "The action did not return a dictionary or array."
IDENTITY = {"activation_id": "a1", "namespace": "guest", "deadline": "123", "instance_id": "i1", "group": "g", "group_rank": "0", "api_key": "u:k"}


class ProtocolTest:
    """Of one kind; extended below by a class for each."""

    kind = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.command = cls.kind.command()
        except Absent as reason:
            print("skipping kind %s: %s" % (cls.kind.name, reason), file=sys.stderr)
            raise unittest.SkipTest(str(reason))

    def runtime(self, action=None, **options):
        """With the action of that name initialized."""
        runtime = Runtime(self.command, **options)
        self.addCleanup(runtime.close)
        if action is not None:
            self.assert_answer(200, {"ok": True}, self.init(runtime, action))
        return runtime

    def init(self, runtime, action, **more):
        return runtime.client.ask("/init", self.initialization(action, **more))

    def initialization(self, action, env=None):
        if self.kind.sources[action] is None:
            self.skipTest(self.kind.not_applicable[action])
        return {"value": {**self.kind.action(action), "env": env or {}}}

    def assert_answer(self, status, value, answer):
        self.assertEqual((status, value), (answer.status, answer.json()))

    def assert_sentinels(self, runtime, count):
        self.assertEqual((count, count), runtime.sentinels())

    def assert_outcome(self, name, ask):
        outcome = self.kind.outcomes[name]
        if outcome == DIES:
            with self.assertRaises(ConnectionDied):
                ask()
            return
        answer, (status, message) = ask(), outcome
        self.assertEqual((status, ["error"]), (answer.status, list(answer.json())))
        self.assertRegex(answer.json()["error"], message)

    # ---- /init

    def test_answers_init_and_writes_no_sentinel_then(self):
        runtime = self.runtime("echo")
        self.assert_sentinels(runtime, 0)

    def test_refuses_an_init_without_code_or_content(self):
        runtime = self.runtime()
        bodies = ({}, {"value": {}}, {"value": None}, {"value": {"main": "main"}}, {"value": {"code": ""}}, {"value": {"code": None}})
        for count, body in enumerate(bodies, 1):
            with self.subTest(body=body):
                answer = runtime.client.ask("/init", body)
                self.assert_answer(403, {"error": "Missing main/no code to execute."}, answer)
                self.assert_sentinels(runtime, count)
        self.assertEqual(200, self.init(runtime, "echo").status)

    def test_refuses_a_second_init_and_keeps_the_first(self):
        runtime = self.runtime("echo")
        self.assert_answer(403, {"error": "Cannot initialize the action more than once."}, self.init(runtime, "array"))
        self.assert_sentinels(runtime, 1)
        self.assert_answer(200, {"a": 1}, runtime.run({"a": 1}))

    def test_refuses_a_run_before_init(self):
        runtime = self.runtime()
        self.assert_answer(500, {"error": "no action defined yet"}, runtime.run())
        self.assert_sentinels(runtime, 1)

    def test_refuses_a_body_that_is_no_json_object(self):
        runtime = self.runtime()
        for body in (b"", b"{", b"[]", b"1", b'"a"', b"\xff", b'{"a":1} x', b"[" * 100_000):
            for path in ("/init", "/run"):
                with self.subTest(body=body[:10], path=path):
                    answer = runtime.client.ask(path, body)
                    self.assertEqual(400, answer.status)
                    self.assertIn("The request body is not", answer.json()["error"])

    def test_says_why_code_does_not_load_and_takes_other_code_then(self):
        runtime = self.runtime()
        answer = self.init(runtime, "broken")
        self.assertEqual(502, answer.status)
        self.assertRegex(answer.json()["error"], "^The action failed to initialize: .{10}")
        self.assert_sentinels(runtime, 1)
        self.assertEqual(200, self.init(runtime, "echo").status)
        self.assert_answer(200, {"a": 1}, runtime.run({"a": 1}))

    def test_answers_code_that_exits_while_it_is_loaded(self):
        runtime = self.runtime()
        body = self.initialization("exit_in_init")
        self.assert_outcome("exit_in_init", lambda: runtime.client.ask("/init", body))

    def test_leaves_the_patience_with_a_slow_init_to_the_invoker(self):
        runtime = self.runtime()
        body = self.initialization("slow_in_init")
        os.mkfifo(runtime.folder + "/gate")
        runtime.client.send(request("/init", body))
        await_true(lambda: "loading\n" in runtime.stdout.read(), "the code to begin")
        with open(runtime.folder + "/gate", "w"):
            self.assertEqual([], select.select([runtime.client.socket], [], [], 0)[0])
        self.assert_answer(200, {"ok": True}, runtime.client.answer())
        self.assert_answer(200, {"a": 1}, runtime.run({"a": 1}))

    def test_calls_an_entry_point_of_another_name(self):
        runtime = self.runtime("other_main")
        self.assert_answer(200, {"called": "niam"}, runtime.run())

    def test_runs_an_archive_with_several_files(self):
        runtime = self.runtime("package")
        self.assert_answer(200, {"package": "part"}, runtime.run())

    # ---- /run

    def test_echoes_arguments_of_all_shapes(self):
        runtime = self.runtime("echo")
        values = ({}, {"a": [1, -2.5, None, True, {"b": ""}]}, {"quotes": "\"\\'\n\t\x01", "": {}}, [], ["a", {"b": 1}], [[1]])
        for value in values:
            self.assert_answer(200, value, runtime.run(value))
        self.assert_answer(200, {}, runtime.client.ask("/run", {}))
        self.assert_answer(200, {}, runtime.client.ask("/run", {"value": None}))
        self.assert_sentinels(runtime, len(values) + 2)

    def test_takes_an_array_as_the_result(self):
        runtime = self.runtime("array")
        self.assert_answer(200, ["a", "b"], runtime.run())

    def test_refuses_a_result_that_is_no_dictionary_or_array(self):
        runtime = self.runtime("text")
        for count in (1, 2):
            self.assert_answer(502, {"error": WRONG_RESULT}, runtime.run())
            self.assert_sentinels(runtime, count)

    def test_answers_an_action_that_fails_and_logs_how(self):
        runtime = self.runtime("exception")
        for count in (1, 2):
            self.assert_outcome("exception", runtime.run)
            self.assertEqual(count, runtime.stderr.read().count("unhappy\n"))
            self.assert_sentinels(runtime, count)

    def test_answers_an_action_that_exits(self):
        runtime = self.runtime("exit")
        self.assert_outcome("exit", runtime.run)

    def test_handles_unicode_in_source_arguments_logs_and_result(self):
        runtime = self.runtime("unicode")
        for delimiter in ("❄", "é😀\u2028"):
            text = "%s ☃ %s" % (delimiter, delimiter)
            self.assert_answer(200, {"winter": text}, runtime.run({"delimiter": delimiter}))
            self.assertIn(text + "\n", runtime.stdout.read())

    def test_echoes_arguments_over_a_megabyte(self):
        runtime = self.runtime("echo")
        for value in ({"x": "y" * MIB}, {"x": "é" * (MIB + 1)}, {str(n): "x" * 10 for n in range(200_000)}):
            self.assert_answer(200, value, runtime.run(value))
        self.assert_sentinels(runtime, 3)

    # ---- environment

    def test_exports_the_string_fields_of_run_and_nothing_of_an_earlier_run(self):
        runtime = self.runtime("environment", env={"__OW_API_HOST": "http://host"})
        host = {"__OW_API_HOST": "http://host"}
        self.assert_answer(200, {**host, **exported(IDENTITY)}, runtime.run(**IDENTITY, brand_number=3, nothing=None))
        other = {"activation_id": "a2", "instance_id": "é"}
        self.assert_answer(200, {**host, **exported(other)}, runtime.run(**other))
        self.assert_answer(200, host, runtime.run())

    def test_exports_inits_environment_and_lets_run_replace_the_identity_in_it(self):
        runtime = self.runtime()
        env = {"P_TEXT": "é", "P_NULL": None, "P_NUMBER": 3, "P_OBJECT": {"a": [1]}, **exported(IDENTITY)}
        self.assertEqual(200, self.init(runtime, "environment", env=env).status)
        fixed = {"P_TEXT": "é", "P_NULL": "", "P_NUMBER": "3", "P_OBJECT": '{"a":[1]}'}
        self.assert_answer(200, {**fixed, "__OW_ACTIVATION_ID": "a2"}, runtime.run(activation_id="a2"))

    # ---- logs

    def test_has_all_output_and_one_sentinel_per_stream_before_each_answer(self):
        runtime = self.runtime("log")
        for count in (1, 2, 3):
            runtime.run()
            self.assertEqual(["hello stdout", SENTINEL] * count, runtime.stdout.lines())
            self.assertEqual(["hello stderr", SENTINEL] * count, runtime.stderr.lines())

    def test_ends_the_log_once_after_an_unfinished_line(self):
        runtime = self.runtime("half")
        end = ["half", SENTINEL] if self.kind.ends_lines else ["half" + SENTINEL]
        for count in (1, 2):
            runtime.run()
            self.assertEqual((end * count, end * count), (runtime.stdout.lines(), runtime.stderr.lines()))

    def test_writes_no_sentinel_for_requests_that_are_no_activations(self):
        runtime = self.runtime("echo")
        for method, path, status in (("POST", "/", 404), ("GET", "/run", 405), ("PUT", "/init", 405)):
            self.assertEqual(status, runtime.client.ask(path, {}, method=method).status)
        self.assert_sentinels(runtime, 0)

    # ---- connections

    def test_states_type_and_length_in_every_answer(self):
        runtime = self.runtime()
        for path, body in (("/init", {}), ("/init", self.initialization("echo")), ("/run", {}), ("/run", b"x"), ("/none", {})):
            answer = runtime.client.ask(path, body)
            self.assertEqual("application/json", answer.headers["content-type"].partition(";")[0])
            self.assertEqual(len(answer.body), int(answer.headers["content-length"]))

    def test_keeps_the_connection_as_asked(self):
        runtime = self.runtime("echo")
        cases = [
            ("HTTP/1.1", (), True),
            ("HTTP/1.1", ("Connection: close",), False),
            ("HTTP/1.0", (), False),
            ("HTTP/1.0", ("Connection: Keep-Alive",), True),
        ]
        for version, headers, kept in cases:
            with self.subTest(version=version, headers=headers):
                client = runtime.connect()
                for n in range(2 if kept else 1):
                    self.assertEqual({"n": n}, client.ask("/run", {"value": {"n": n}}, version=version, headers=headers).json())
                if not kept:
                    self.assertTrue(client.is_closed_by_peer())

    def test_listens_on_tcp_as_well(self):
        runtime = self.runtime("echo", tcp=True)
        self.assert_answer(200, {"x": "y" * MIB}, runtime.run({"x": "y" * MIB}))

    def test_answers_each_of_many_clients_with_its_own_result(self):
        runtime = self.runtime("echo")
        clients = [runtime.connect() for _ in range(10)]
        for number, client in enumerate(clients):
            client.send(request("/run", {"value": {"n": number}}))
        self.assertEqual(list(range(10)), [client.answer().json()["n"] for client in clients])
        self.assert_sentinels(runtime, 10)

    def test_runs_activations_side_by_side_if_its_kind_can(self):
        if not self.kind.concurrent:
            self.skipTest("%s runs one activation at a time" % self.kind.name)
        runtime = self.runtime("gate")
        gates = [os.path.join(runtime.folder, "gate%d" % number) for number in range(3)]
        clients = [runtime.connect() for _ in gates]
        for gate, client in zip(gates, clients):
            os.mkfifo(gate)
            client.send(request("/run", {"value": {"gate": gate}}))
        await_true(lambda: runtime.stdout.lines().count("arrived") == 3, "all to be running")
        for gate, client in reversed(list(zip(gates, clients))):
            with open(gate, "w"):
                pass
            self.assert_answer(200, {"gate": gate}, client.answer())
        self.assert_sentinels(runtime, 3)

    # ---- its end

    def test_ends_on_sigterm_in_the_midst_of_a_call(self):
        runtime = self.runtime("gate")
        gate = os.path.join(runtime.folder, "gate")
        os.mkfifo(gate)
        runtime.client.send(request("/run", {"value": {"gate": gate}}))
        await_true(lambda: "arrived\n" in runtime.stdout.read(), "the call to begin")
        runtime.process.send_signal(signal.SIGTERM)
        self.assertIn(runtime.process.wait(20), (-signal.SIGTERM, 128 + signal.SIGTERM))


def exported(fields):
    return {"__OW_" + name.upper(): value for name, value in fields.items()}


def load_tests(loader, _, pattern):
    suite = unittest.TestSuite()
    for kind in KINDS:
        name = kind.name.title().replace(" ", "") + "ProtocolTest"
        suite.addTests(loader.loadTestsFromTestCase(type(name, (ProtocolTest, unittest.TestCase), {"kind": kind})))
    return suite


if __name__ == "__main__":
    unittest.main()
