"""What /init and /run do with the action: results, failures, environment, logs, leftovers."""

import os
import socket
import subprocess
import sys
import tempfile
import unittest

from proxy_process import PROXY, SENTINEL, ConnectionDied, Proxy, await_true, initialization, zipped

ECHO = "def main(args):\n    return args\n"


class ProxyTest(unittest.TestCase):
    def proxy(self, code=None, **options):
        proxy = Proxy(**options)
        self.addCleanup(proxy.close)
        if code is not None:
            answer = proxy.init(code)
            self.assertEqual((200, {"ok": True}), (answer.status, answer.json()))
        return proxy

    def assert_answer(self, status, value, answer):
        self.assertEqual((status, value), (answer.status, answer.json()))

    def assert_sentinels(self, proxy, count):
        self.assertEqual((count, count), proxy.sentinels())


class InitTest(ProxyTest):
    def test_refuses_an_init_without_code_or_content(self):
        missing = {"error": "Missing main/no code to execute."}
        proxy = self.proxy()
        bodies = [{}, {"value": {}}, {"value": None}, {"value": {"main": "main"}}, initialization(""), initialization(None)]
        for count, body in enumerate(bodies, 1):
            with self.subTest(body=body):
                self.assert_answer(403, missing, proxy.client.ask("/init", body))
                self.assert_sentinels(proxy, count)

    def test_refuses_a_body_that_is_no_json_object(self):
        proxy = self.proxy()
        for body in (b"", b"{", b"[]", b"1", b'"a"', b"\xff", b'{"a":1} x', b"[" * 100000):
            for path in ("/init", "/run"):
                with self.subTest(body=body[:10], path=path):
                    answer = proxy.client.ask(path, body)
                    self.assertEqual(400, answer.status)
                    self.assertIn("The request body is not", answer.json()["error"])

    def test_refuses_a_second_init(self):
        proxy = self.proxy(ECHO)
        self.assert_answer(403, {"error": "Cannot initialize the action more than once."}, proxy.init(ECHO))
        self.assert_sentinels(proxy, 1)
        self.assert_answer(200, {"a": 1}, proxy.run({"a": 1}))

    def test_says_what_is_wrong_with_code_that_does_not_load(self):
        cases = [
            ("def main(args)\n  return 1", r"SyntaxError: .+ \(line 1\)"),
            ("\n\nx = = 3\n", r"SyntaxError: invalid syntax \(line 3\)"),
            ("def main(args):\nreturn 1", r"IndentationError: .+ \(line 2\)"),
            ("\nimport nowhere_to_be_found\n", r"ModuleNotFoundError: No module named 'nowhere_to_be_found' \(line 2\)"),
            ("def f():\n    return 1 / 0\n\nf()\n", r"ZeroDivisionError: division by zero \(line 2\)"),
            ("raise KeyError\n", r"KeyError: KeyError \(line 1\)"),
            ("import sys\nsys.exit(3)\n", r"its code called sys.exit\(3\) \(line 2\)"),
            ("exit()\n", r"its code called sys.exit\(\) \(line 1\)"),
            ("raise KeyboardInterrupt\n", r"KeyboardInterrupt: KeyboardInterrupt \(line 1\)"),
            ("def other(args):\n    return {}\n", r"it defines no function named 'main'"),
            ("main = 3\n", r"it defines no function named 'main'"),
            ("x = '\x00'\n", r"(ValueError|SyntaxError): source code .+ null bytes"),
            ("x = '\ud800'\n", r"UnicodeEncodeError: .+"),
        ]
        proxy = self.proxy()
        for count, (code, message) in enumerate(cases, 1):
            with self.subTest(code=code):
                answer = proxy.init(code)
                self.assertEqual(502, answer.status)
                self.assertRegex(answer.json()["error"], "^The action failed to initialize: " + message)
                self.assert_sentinels(proxy, count)

    def test_may_initialize_after_a_failed_attempt(self):
        proxy = self.proxy()
        self.assertEqual(502, proxy.init("raise Exception('no')").status)
        self.assertEqual(200, proxy.init(ECHO).status)
        self.assert_answer(200, {"a": 1}, proxy.run({"a": 1}))

    def test_writes_the_traceback_of_a_failed_init_with_its_source_to_stderr(self):
        proxy = self.proxy()
        proxy.init("def deeper():\n    raise Exception('unhappy')  # here\n\ndeeper()\n")
        log = proxy.stderr.read()
        self.assertIn('File "action hello", line 2, in deeper', log)
        self.assertIn("raise Exception('unhappy')  # here", log)
        self.assertIn("Exception: unhappy", log)
        self.assertNotIn("proxy_", log)

    def test_calls_another_entry_point_than_main(self):
        proxy = self.proxy()
        proxy.init("def niam(args):\n    return {'called': 'niam'}\n", main="niam")
        self.assert_answer(200, {"called": "niam"}, proxy.run())

    def test_takes_source_with_a_byte_order_mark_and_carriage_returns(self):
        proxy = self.proxy("\ufeffdef main(args):\r\n    return {'a': '''x\r\ny'''}\r\n")
        self.assert_answer(200, {"a": "x\ny"}, proxy.run())

    def test_makes_a_module_that_pickle_dataclasses_and_inspect_can_work_with(self):
        proxy = self.proxy(
            "import dataclasses, inspect, pickle, typing\n"
            "@dataclasses.dataclass\n"
            "class Point:\n"
            "    x: 'typing.ClassVar[int]'\n"
            "    y: int = 2\n"
            "assert __name__ != '__main__'\n"
            "if __name__ == '__main__':\n"
            "    raise Exception('a main block ran')\n"
            "def main(args):\n"
            "    again = pickle.loads(pickle.dumps(Point()))\n"
            "    return {'y': again.y, 'source': inspect.getsource(main)[:15], 'file': __file__[-9:]}\n"
        )
        self.assert_answer(200, {"y": 2, "source": "def main(args):", "file": "/main__.py"[-9:]}, proxy.run())

    def test_keeps_its_own_modules_out_of_the_functions_way(self):
        proxy = self.proxy(
            "import sys\n"
            "def main(args):\n"
            "    return {'proxy': [m for m in sys.modules if 'proxy' in m],"
            " 'path': [p for p in sys.path if 'runtimes' in p]}\n"
        )
        self.assert_answer(200, {"proxy": [], "path": []}, proxy.run())

    def test_lets_the_function_import_dist_packages_and_pythonpath(self):
        proxy = self.proxy("def main(args):\n    import sys\n    return {'path': sys.path}\n", env={"PYTHONPATH": "/a:/b"})
        path = proxy.run().json()["path"]
        self.assertEqual(["/a", "/b"], path[:2])
        self.assertTrue([entry for entry in path if entry.endswith("-packages")], path)


class ZipTest(ProxyTest):
    def init_zip(self, files, modes=None):
        self.zip_proxy = self.proxy()
        return self.zip_proxy.init(zipped(files, modes), binary=True)

    def test_runs_a_zip_with_modules_data_programs_and_a_virtualenv(self):
        main = (
            "import helper, fromvenv, subprocess\n"
            "def main(args):\n"
            "    out = subprocess.run(['./tool'], capture_output=True, text=True).stdout\n"
            "    return {'helper': helper.x, 'venv': fromvenv.x, 'data': open('data.txt').read(), 'tool': out}\n"
        )
        files = {
            "__main__.py": main,
            "helper.py": "x = 1\n",
            "data.txt": "hé",
            "tool": "#!/bin/sh\necho tool\n",
            "virtualenv/lib/python3.7/site-packages/fromvenv.py": "x = 2\n",
        }
        self.assert_answer(200, {"ok": True}, self.init_zip(files, {"tool": 0o4755}))
        self.assert_answer(200, {"helper": 1, "venv": 2, "data": "hé", "tool": "tool\n"}, self.zip_proxy.run())
        self.assertEqual(0o755, os.stat(self.zip_proxy.folder + "/action/tool").st_mode & 0o7777)

    def test_refuses_archives_that_are_none_or_lead_outside(self):
        cases = [
            ("not base64!", "not a base64-encoded zip"),
            ("bm8gemlw", "not a base64-encoded zip"),
            (zipped({"main.py": ECHO}), "no __main__.py"),
            (zipped({"__main__.py": ECHO, "../evil": "x"}), "outside of its root"),
            (zipped({"__main__.py": ECHO, "/evil": "x"}), "outside of its root"),
            (zipped({"__main__.py": ECHO, "a/../../evil": "x"}), "outside of its root"),
        ]
        for code, message in cases:
            with self.subTest(message=message):
                proxy = self.proxy()
                answer = proxy.init(code, binary=True)
                self.assertEqual(502, answer.status)
                self.assertIn(message, answer.json()["error"])
                self.assert_sentinels(proxy, 1)
                self.assertEqual([], [name for name in os.listdir(proxy.folder) if name != "s"])

    def test_refuses_a_zip_that_expands_over_the_limit(self):
        code = zipped({"__main__.py": ECHO, "large": "x" * 1000})
        for limit, refused in ((1000, True), (2000, False)):
            with tempfile.TemporaryDirectory() as folder:
                script = "import os, sys; sys.path.insert(0, %r); import proxy_zip; os.chdir(%r); proxy_zip.unpack(%r, '__main__.py', %d)"
                call = [sys.executable, "-c", script % (os.path.dirname(PROXY), folder, code, limit)]
                done = subprocess.run(call, capture_output=True, text=True)
                self.assertEqual(refused, "expands to more than 1000 bytes" in done.stderr, done.stderr)
                self.assertEqual([] if refused else ["action"], os.listdir(folder))

    def test_writes_a_symbolic_link_as_a_plain_file(self):
        files = {"__main__.py": ECHO, "link": "/etc/passwd"}
        self.assertEqual(200, self.init_zip(files, {"link": 0o120777}).status)
        self.assertFalse(os.path.islink(self.zip_proxy.folder + "/action/link"))

    def test_names_file_and_line_in_the_error_of_a_zip(self):
        answer = self.init_zip({"__main__.py": "x = 1\nraise Exception('bad zip day')\n"})
        self.assert_answer(502, {"error": "The action failed to initialize: Exception: bad zip day (line 2)"}, answer)
        self.assertIn("raise Exception('bad zip day')", self.zip_proxy.stderr.read())


class RunTest(ProxyTest):
    def test_refuses_a_run_before_init(self):
        proxy = self.proxy()
        self.assert_answer(500, {"error": "no action defined yet"}, proxy.run())
        self.assert_sentinels(proxy, 1)

    def test_echoes_arguments_of_all_shapes(self):
        proxy = self.proxy(ECHO)
        nested = []
        for _ in range(200):
            nested = [nested]
        cases = [{}, {"a": [1, -2.5, 1e300, None, True, {"b": ""}]}, [1, "x"], {"big": 12345678901234567890123}, {"n": nested}]
        for case in cases:
            self.assert_answer(200, case, proxy.run(case))
        self.assert_answer(200, {}, proxy.client.ask("/run", {}))
        self.assert_answer(200, {}, proxy.client.ask("/run", {"value": None}))
        self.assert_sentinels(proxy, len(cases) + 2)

    def test_handles_unicode_in_source_arguments_logs_and_result(self):
        proxy = self.proxy("def main(args):\n    s = args['d'] + ' ☃ ' + args['d']\n    print(s)\n    return {'w': s}\n")
        answer = proxy.run({"d": "é😀\u2028"})
        self.assertEqual({"w": "é😀\u2028 ☃ é😀\u2028"}, answer.json())
        self.assertIn("☃", answer.body.decode())
        self.assertIn("é😀\u2028 ☃ é😀\u2028\n", proxy.stdout.read())

    def test_escapes_lone_surrogates(self):
        proxy = self.proxy("def main(args):\n    print('\\ud800')\n    return {'a': '\\ud800é', 'b': args['b']}\n")
        answer = proxy.run({"b": "\udfff"})
        self.assertEqual({"a": "\ud800é", "b": "\udfff"}, answer.json())
        self.assertIn("\\ud800", proxy.stdout.read())

    def test_echoes_inputs_over_a_megabyte(self):
        proxy = self.proxy(ECHO)
        for size in (1 << 20, (1 << 20) + 1, 9_000_000):
            self.assert_answer(200, {"x": "é" * size}, proxy.run({"x": "é" * size}))

    def test_refuses_results_that_are_no_dictionary_or_array(self):
        for result in ("None", "'text'", "3", "True", "b'x'", "{1, 2}", "object()", "main"):
            with self.subTest(result=result):
                proxy = self.proxy("def main(args):\n    return %s\n" % result)
                self.assert_answer(502, {"error": "The action did not return a dictionary or array."}, proxy.run())
                self.assert_sentinels(proxy, 1)

    def test_says_why_a_result_is_no_json(self):
        cases = [
            ("{'a': {1}}", "Object of type set is not JSON serializable"),
            ("{'a': b'x'}", "Object of type bytes is not JSON serializable"),
            ("{(1, 2): 3}", "keys must be str, int, float, bool or None, not tuple"),
            ("{'a': float('nan')}", "Out of range float values are not JSON compliant"),
            ("[float('inf')]", "Out of range float values are not JSON compliant"),
            ("cycle", "Circular reference detected"),
        ]
        for result, message in cases:
            with self.subTest(result=result):
                proxy = self.proxy("cycle = []\ncycle.append(cycle)\ndef main(args):\n    return args or %s\n" % result)
                answer = proxy.run()
                self.assertEqual(502, answer.status)
                error = answer.json()["error"]
                self.assertTrue(error.startswith("The action returned something that JSON cannot hold: " + message), error)
                self.assert_answer(200, {"still": "well"}, proxy.run({"still": "well"}))
                self.assert_sentinels(proxy, 2)

    def test_writes_keys_and_numbers_as_json_does(self):
        proxy = self.proxy("def main(args):\n    return {2: (1, 2), None: 1.0, True: 10**30, 'e': args['e']}\n")
        self.assertEqual(b'{"2":[1,2],"null":1.0,"true":1000000000000000000000000000000,"e":0.1}', proxy.run({"e": 0.1}).body)

    def test_answers_an_exception_with_its_message_and_logs_the_traceback(self):
        cases = [
            ("raise ValueError('too few')", "too few"),
            ("raise ValueError", "ValueError"),
            ("{}['key']", "'key'"),
            ("1 / 0", "division by zero"),
            ("raise Mute()", "Mute"),
            ("raise KeyboardInterrupt", "KeyboardInterrupt"),
            ("main(args)", "maximum recursion depth exceeded"),
            ("raise Exception('\\ud800')", "\ud800"),
        ]
        mute = "class Mute(Exception):\n    def __str__(self):\n        raise Exception('never')\n"
        for line, message in cases:
            with self.subTest(line=line):
                proxy = self.proxy(mute + "def main(args):\n    %s\n" % line)
                answer = proxy.run()
                self.assertEqual(200, answer.status)
                self.assertEqual(["error"], list(answer.json()))
                self.assertTrue(answer.json()["error"].startswith(message), answer.json())
                log = proxy.stderr.read()
                self.assertIn('File "action hello", line 5, in main', log)
                self.assertIn(line.replace("\\ud800", ""), log.replace("\\ud800", ""))
                self.assertNotIn("proxy_", log)
                self.assert_sentinels(proxy, 1)

    def test_survives_sys_exit_and_says_so(self):
        for call, text in (("sys.exit(3)", "3"), ("sys.exit()", ""), ("exit('bye')", "'bye'")):
            with self.subTest(call=call):
                proxy = self.proxy("import sys\ndef main(args):\n    return args or %s\n" % call)
                error = "The action called sys.exit(%s) instead of returning a result." % text
                self.assert_answer(200, {"error": error}, proxy.run())
                self.assert_answer(200, {"a": 1}, proxy.run({"a": 1}))
                self.assert_sentinels(proxy, 2)

    def test_dies_with_os_exit_and_the_connection_with_it(self):
        proxy = self.proxy("import os\ndef main(args):\n    os._exit(7)\n")
        with self.assertRaises(ConnectionDied):
            proxy.run()
        self.assertEqual(7, proxy.process.wait(20))

    def test_awaits_an_async_main(self):
        proxy = self.proxy("import asyncio\nasync def main(args):\n    await asyncio.sleep(0)\n    return args['x'] and args\n")
        self.assert_answer(200, {"x": 1}, proxy.run({"x": 1}))
        self.assert_answer(200, {"error": "'x'"}, proxy.run())
        self.assertEqual(0, proxy.stderr.read().count("never awaited"))

    def test_runs_the_function_in_the_main_thread(self):
        proxy = self.proxy(
            "import signal, time\n"
            "def late(*_):\n    raise TimeoutError('alarm')\n"
            "def main(args):\n"
            "    signal.signal(signal.SIGALRM, late)\n"
            "    signal.setitimer(signal.ITIMER_REAL, 0.01)\n"
            "    time.sleep(20)\n"
        )
        self.assert_answer(200, {"error": "alarm"}, proxy.run())

    def test_survives_a_signal_handler_that_raises_between_activations(self):
        proxy = self.proxy(
            "import signal\n"
            "def late(*_):\n    raise TimeoutError('alarm')\n"
            "def main(args):\n"
            "    signal.signal(signal.SIGUSR1, late)\n"
            "    return args\n"
        )
        proxy.run()
        await_true(proxy.is_idle, "the proxy to wait for the next request")
        os.kill(proxy.process.pid, 10)
        await_true(lambda: "TimeoutError" in proxy.stderr.read(), "the handler to run")
        self.assert_answer(200, {"a": 1}, proxy.run({"a": 1}))

    def test_never_lets_a_forked_child_answer(self):
        proxy = self.proxy(
            "import os\n"
            "def main(args):\n"
            "    pid = os.fork()\n"
            "    if not pid and args['how'] == 'raise':\n        raise Exception('in the child')\n"
            "    if not pid and args['how'] == 'exit':\n        import sys; sys.exit(4)\n"
            "    if not pid:\n        print('child was here'); return {'who': 'child'}\n"
            "    return {'who': 'parent', 'status': os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n"
        )
        for how, status in (("return", 0), ("raise", 1), ("exit", 4)):
            self.assert_answer(200, {"who": "parent", "status": status}, proxy.run({"how": how}))
        self.assertIn("child was here", proxy.stdout.read())
        self.assertIn("in the child", proxy.stderr.read())
        self.assert_sentinels(proxy, 3)

    def test_gives_end_of_file_on_standard_input(self):
        proxy = self.proxy("import sys\ndef main(args):\n    return {'in': sys.stdin.read()}\n")
        self.assert_answer(200, {"in": ""}, proxy.run())


class EnvironmentTest(ProxyTest):
    CODE = "import os\ndef main(args):\n    return {k: v for k, v in os.environ.items() if k.startswith(args.get('p', '__OW_'))}\n"

    def test_exports_every_string_field_of_run(self):
        proxy = self.proxy(self.CODE)
        fields = {"namespace": "guest", "activation_id": "a1", "deadline": "123", "instance_id": "é", "api_key": "u:k", "brand_new": ""}
        answer = proxy.run(**fields, number=3, group_size=4, nothing=None)
        self.assertEqual({"__OW_" + name.upper(): value for name, value in fields.items()}, answer.json())

    def test_leaves_nothing_of_one_runs_identity_to_the_next(self):
        proxy = self.proxy(self.CODE)
        proxy.run(activation_id="a1", instance_id="i1", group="g", group_rank="0", api_key="k")
        self.assertEqual({"__OW_ACTIVATION_ID": "a2", "__OW_INSTANCE_ID": "i1"}, proxy.run(activation_id="a2", instance_id="i1").json())
        self.assertEqual({"__OW_INSTANCE_ID": "i2"}, proxy.run(instance_id="i2", activation_id=5).json())
        self.assertEqual({}, proxy.run().json())

    def test_exports_inits_environment_and_lets_run_replace_the_identity_in_it(self):
        proxy = self.proxy()
        env = {"P_TEXT": "é", "P_NULL": None, "P_NUMBER": 3, "P_OBJECT": {"a": [1]}, "__OW_API_HOST": "h", "__OW_GROUP": "g", "__OW_ACTIVATION_ID": "a1"}
        proxy.init(self.CODE, env=env)
        self.assertEqual({"P_TEXT": "é", "P_NULL": "", "P_NUMBER": "3", "P_OBJECT": '{"a":[1]}'}, proxy.run({"p": "P_"}).json())
        self.assertEqual({"__OW_API_HOST": "h", "__OW_ACTIVATION_ID": "a2"}, proxy.run(activation_id="a2").json())

    def test_has_inits_environment_while_the_module_loads(self):
        proxy = self.proxy()
        self.assertEqual(200, proxy.init("import os\nv = os.environ['V']\ndef main(a):\n    return {'v': v}\n", env={"V": "w"}).status)
        self.assert_answer(200, {"v": "w"}, proxy.run())

    def test_names_a_variable_that_cannot_be_set(self):
        for env in ({"A=B": "x"}, {"": "x"}, {"A": "x\0y"}, {"A": "\ud800"}):
            with self.subTest(env=env):
                proxy = self.proxy()
                answer = proxy.init(ECHO, env=env)
                self.assertEqual(400, answer.status)
                self.assertIn("The environment variable %r cannot be set" % list(env)[0], answer.json()["error"])

    def test_survives_a_function_that_clears_its_environment(self):
        proxy = self.proxy("import os\ndef main(args):\n    os.environ.clear()\n    return {}\n")
        for _ in range(2):
            self.assert_answer(200, {}, proxy.run(group="g", activation_id="x"))
        self.assert_answer(200, {}, proxy.run())


class LogTest(ProxyTest):
    def test_has_all_output_and_one_sentinel_per_stream_before_the_answer(self):
        proxy = self.proxy("import sys\nn = 0\ndef main(args):\n    print('out', args['n'])\n    print('err', args['n'], file=sys.stderr)\n    return args\n")
        self.assertEqual("", proxy.stdout.read() + proxy.stderr.read())
        for n in (1, 2):
            proxy.run({"n": n})
            self.assertEqual(["out %d" % n, SENTINEL], proxy.stdout.lines()[-2:])
            self.assertEqual(["err %d" % n, SENTINEL], proxy.stderr.lines()[-2:])

    def test_puts_the_sentinel_on_a_line_of_its_own(self):
        proxy = self.proxy("import sys\ndef main(args):\n    sys.stdout.write(args['s'])\n    sys.stderr.buffer.write(b'raw')\n    return args\n")
        for text, expected in (("no end", ["no end", SENTINEL]), ("end\n", ["end", SENTINEL]), ("", [SENTINEL])):
            before = len(proxy.stdout.lines())
            proxy.run({"s": text})
            self.assertEqual(expected, proxy.stdout.lines()[before:])
        self.assertEqual(["raw", SENTINEL] * 3, proxy.stderr.lines())

    def test_writes_each_line_as_soon_as_it_is_complete(self):
        proxy = self.proxy("import os\ndef main(args):\n    print('first')\n    os.read(os.open('gate', os.O_RDONLY), 1)\n    return args\n")
        os.mkfifo(proxy.folder + "/gate")
        proxy.client.send(b"POST /run HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
        await_true(lambda: proxy.stdout.read() == "first\n", "the first line")
        with open(proxy.folder + "/gate", "w") as gate:
            gate.write("x")
        self.assertEqual(200, proxy.client.answer().status)

    def test_survives_what_functions_do_to_their_streams(self):
        cases = [
            "sys.stdout.close()",
            "sys.stdout = None",
            "sys.stdout = io.StringIO()",
            "sys.stdout = 3",
            "sys.stdout.detach()",
            "sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding='latin-1')",
            "io.TextIOWrapper(sys.stdout.buffer)",
            "del sys.stdout",
            "os.close(1)",
            "os.close(1); os.close(2); os.close(0)",
            "os.close(1); keep.append(open('/dev/null', 'w'))",
            "os.dup2(os.open('/dev/null', os.O_WRONLY), 1)",
            "sys.stdin.close()",
        ]
        for line in cases:
            with self.subTest(line=line):
                code = "import io, os, sys\nkeep = []\ndef main(args):\n    if args:\n        os.write(1, b'direct\\n')\n        return args\n    print('before')\n    %s\n    return {}\n"
                proxy = self.proxy(code % line)
                self.assert_answer(200, {}, proxy.run())
                self.assert_answer(200, {"a": 1}, proxy.run({"a": 1}))
                self.assertEqual(["before", SENTINEL, "direct", SENTINEL], [l for l in proxy.stdout.lines() if l])
                self.assert_sentinels(proxy, 2)

    def test_prints_again_after_the_stream_was_closed(self):
        for line in ("sys.stdout.close()", "sys.stdout.detach()", "io.TextIOWrapper(sys.stdout.buffer)"):
            with self.subTest(line=line):
                proxy = self.proxy("import io, sys\ndef main(args):\n    print('hello')\n    %s\n    return {}\n" % line)
                proxy.run()
                proxy.run()
                self.assertEqual(["hello", SENTINEL] * 2, proxy.stdout.lines())

    def test_collects_the_output_of_child_processes(self):
        proxy = self.proxy("import subprocess\ndef main(args):\n    subprocess.run(['echo', 'from a child'])\n    return {}\n")
        proxy.run()
        self.assertEqual(["from a child", SENTINEL], proxy.stdout.lines())


class LeftoverTest(ProxyTest):
    LISTEN = (
        "import os, socket\nkept = []\n"
        "def main(args):\n"
        "    s = socket.socket(socket.AF_UNIX if args['unix'] else socket.AF_INET)\n"
        "    s.bind('leak' if args['unix'] else ('127.0.0.1', 0))\n"
        "    s.listen(5)\n    kept.append(s)\n"
        "    return {'at': 'leak' if args['unix'] else s.getsockname()[1]}\n"
    )

    def test_closes_listening_sockets_that_a_run_left_open(self):
        for unix in (False, True):
            with self.subTest(unix=unix):
                proxy = self.proxy(self.LISTEN)
                at = proxy.run({"unix": unix}).json()["at"]
                self.assert_refused(proxy, unix, at)

    def assert_refused(self, proxy, unix, at):
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as probe:
            with self.assertRaises(ConnectionRefusedError):
                probe.connect(proxy.folder + "/leak" if unix else ("127.0.0.1", at))

    def test_frees_the_port_for_the_next_activation(self):
        proxy = self.proxy(self.LISTEN.replace("('127.0.0.1', 0)", "('127.0.0.1', args['port'])"))
        port = proxy.run({"unix": False, "port": 0}).json()["at"]
        self.assert_answer(200, {"at": port}, proxy.run({"unix": False, "port": port}))

    def test_finds_a_listener_in_place_of_a_standard_stream(self):
        proxy = self.proxy(self.LISTEN.replace("    s = ", "    os.close(args['fd'])\n    s = "))
        for fd in (0, 1, 2):
            at = proxy.run({"unix": False, "fd": fd}).json()["at"]
            self.assert_refused(proxy, False, at)

    def test_lets_the_function_close_its_dead_listener_without_harm_to_others(self):
        proxy = self.proxy(self.LISTEN.replace("def main(args):\n", "def main(args):\n    while kept: kept.pop().close()\n"))
        for _ in range(5):
            self.assertEqual(200, proxy.run({"unix": False}).status)
            self.assertEqual(200, proxy.connect().ask("/run", {"value": {"unix": False}}).status)

    def test_keeps_connections_and_what_the_module_itself_listens_on(self):
        proxy = self.proxy(
            "import socket\n"
            "own = socket.create_server(('127.0.0.1', 0))\n"
            "cache = []\n"
            "def main(args):\n"
            "    if not cache:\n"
            "        cache.extend(socket.socketpair())\n"
            "        cache.append(socket.create_connection(own.getsockname()))\n"
            "    cache[0].send(b'x')\n"
            "    return {'got': cache[1].recv(1).decode(), 'port': own.getsockname()[1]}\n"
        )
        for _ in range(3):
            answer = proxy.run().json()
            self.assertEqual("x", answer["got"])
        socket.create_connection(("127.0.0.1", answer["port"])).close()

    def test_ends_a_thread_that_still_accepts(self):
        proxy = self.proxy(
            "import socket, threading\nended = threading.Event()\n"
            "def accept(s):\n"
            "    try:\n        s.accept()\n    except OSError:\n        ended.set()\n"
            "def main(args):\n"
            "    if args:\n        return {'ended': ended.wait(20)}\n"
            "    s = socket.create_server(('127.0.0.1', 0))\n"
            "    threading.Thread(target=accept, args=(s,), daemon=True).start()\n"
            "    return {}\n"
        )
        proxy.run()
        self.assert_answer(200, {"ended": True}, proxy.run({"a": 1}))

    def test_uses_no_more_descriptors_call_after_call(self):
        proxy = self.proxy(ECHO)
        proxy.run()
        before = proxy.descriptors()
        for _ in range(50):
            proxy.run({"a": 1})
        self.assertEqual(before, proxy.descriptors())


if __name__ == "__main__":
    unittest.main()
