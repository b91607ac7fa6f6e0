"""The proxy's HTTP: framing, keep-alive, several clients, broken ones, and its life and death."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import unittest

from proxy_process import PROXY, ConnectionDied, Proxy, await_true, initialization, request

ECHO = "def main(args):\n    return args\n"
MIB = 1 << 20


class HttpTest(unittest.TestCase):
    def proxy(self, code=ECHO, **options):
        proxy = Proxy(**options)
        self.addCleanup(proxy.close)
        if code is not None:
            self.assertEqual(200, proxy.init(code).status)
        return proxy

    def assert_well(self, proxy):
        """It still answers, on a new connection."""
        client = proxy.connect()
        self.assertEqual({"well": 1}, client.ask("/run", {"value": {"well": 1}}).json())
        client.close()


class AnswerTest(HttpTest):
    def test_states_length_and_type_in_every_answer(self):
        proxy = self.proxy(None)
        cases = [("/init", {}), ("/run", {}), ("/init", initialization(ECHO)), ("/run", {}), ("/run", b"x"), ("/none", {})]
        for path, body in cases:
            answer = proxy.client.ask(path, body)
            self.assertEqual("application/json", answer.headers["content-type"])
            self.assertEqual(len(answer.body), int(answer.headers["content-length"]))

    def test_sends_a_small_answer_in_one_piece(self):
        proxy = self.proxy()
        proxy.client.send(request("/run", {"value": {"a": 1}}))
        self.assertTrue(proxy.client.socket.recv(4096).endswith(b'\r\n\r\n{"a":1}'))

    def test_knows_two_paths_and_one_method(self):
        proxy = self.proxy()
        cases = [("POST", "/", 404), ("GET", "/", 404), ("POST", "/runs", 404), ("GET", "/run", 405), ("PUT", "/init", 405), ("POST", "/run?x=1", 200)]
        for method, path, status in cases:
            with self.subTest(method=method, path=path):
                self.assertEqual(status, proxy.client.ask(path, {}, method=method).status)

    def test_keeps_the_connection_as_asked(self):
        proxy = self.proxy()
        cases = [
            ("HTTP/1.1", (), True),
            ("HTTP/1.1", ("Connection: keep-alive",), True),
            ("HTTP/1.1", ("Connection: close",), False),
            ("HTTP/1.1", ("connection: TE, Close",), False),
            ("HTTP/1.0", (), False),
            ("HTTP/1.0", ("Connection: Keep-Alive",), True),
        ]
        for version, headers, kept in cases:
            with self.subTest(version=version, headers=headers):
                client = proxy.connect()
                for n in range(2 if kept else 1):
                    self.assertEqual({"n": n}, client.ask("/run", {"value": {"n": n}}, version=version, headers=headers).json())
                if not kept:
                    self.assertTrue(client.is_closed_by_peer())
                client.close()

    def test_answers_pipelined_requests_in_order(self):
        proxy = self.proxy()
        proxy.client.send(b"".join(request("/run", {"value": {"n": n}}) for n in range(50)))
        self.assertEqual(list(range(50)), [proxy.client.answer().json()["n"] for _ in range(50)])

    def test_answers_a_client_that_has_finished_sending(self):
        proxy = self.proxy()
        proxy.client.send(request("/run", {"value": {"a": 1}}))
        proxy.client.socket.shutdown(socket.SHUT_WR)
        self.assertEqual({"a": 1}, proxy.client.answer().json())

    def test_holds_a_large_answer_for_a_slow_reader_while_serving_others(self):
        proxy = self.proxy("def main(args):\n    return {'x': 'y' * args['n']}\n")
        proxy.client.send(request("/run", {"value": {"n": 8 * MIB}}) * 2)
        other = proxy.connect()
        self.assertEqual({"x": "yy"}, other.ask("/run", {"value": {"n": 2}}).json())
        for _ in range(2):
            self.assertEqual(8 * MIB + 8, len(proxy.client.answer().body))

    def test_listens_on_tcp_as_well(self):
        proxy = self.proxy(tcp=True)
        self.assertEqual({"a": 1}, proxy.run({"a": 1}).json())
        self.assertEqual({"x": "y" * MIB}, proxy.run({"x": "y" * MIB}).json())


class BodyTest(HttpTest):
    def test_takes_a_request_in_any_pieces(self):
        proxy = self.proxy()
        data = request("/run", {"value": {"a": "é"}})
        for size in (1, 2, 7, len(data) - 1):
            for start in range(0, len(data), size):
                proxy.client.send(data[start : start + size])
            self.assertEqual({"a": "é"}, proxy.client.answer().json())

    def chunked(self, chunks, trailer=b""):
        head = b"POST /run HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
        return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n" + trailer + b"\r\n"

    def test_takes_chunked_bodies(self):
        proxy = self.proxy()
        body = json.dumps({"value": {"a": "x" * 100_000}}).encode()
        for size in (1000, 65536, len(body)):
            chunks = [body[start : start + size] for start in range(0, len(body), size)]
            proxy.client.send(self.chunked(chunks, b"Some: trailer\r\n") * 2)
            for _ in range(2):
                self.assertEqual({"a": "x" * 100_000}, proxy.client.answer().json())
        for byte in self.chunked([b'{"value"', b":{", b"}}"]).replace(b"8\r\n", b"8 ;name=value\r\n", 1):
            proxy.client.send(bytes([byte]))
        self.assertEqual({}, proxy.client.answer().json())

    def test_invites_a_client_that_expects_100_continue(self):
        proxy = self.proxy()
        head, _, body = request("/run", {"value": {"a": 1}}, headers=("Expect: 100-continue",)).partition(b"\r\n\r\n")
        proxy.client.send(head + b"\r\n\r\n")
        self.assertEqual(b"HTTP/1.1 100 Continue\r\n\r\n", proxy.client.take(25))
        proxy.client.send(body)
        self.assertEqual({"a": 1}, proxy.client.answer().json())
        proxy.client.send(head + b"\r\n\r\n" + body)
        self.assertEqual(200, proxy.client.answer().status)

    def test_refuses_bodies_and_heads_over_the_limit(self):
        proxy = self.proxy()
        post = b"POST /run HTTP/1.1\r\n"
        cases = [
            (post + b"Content-Length: %d\r\n\r\n" % (100 * MIB + 1), 413),
            (post + b"Expect: 100-continue\r\nContent-Length: 99999999999999\r\n\r\n", 413),
            (post + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (100 * MIB + 1), 413),
            (post + b"A: " + b"b" * 65536, 431),
            (b"P" * 65600, 431),
            (post + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * 20000, 431),
        ]
        for data, status in cases:
            with self.subTest(data=data[:60]):
                self.assert_refused_early(proxy, data, status)
        self.assert_well(proxy)

    def assert_refused_early(self, proxy, data, status):
        """Such a client may still be sending; it must see the answer all the same."""
        client = proxy.connect()
        client.send(data)
        client.send(b"x" * MIB)
        self.assertEqual(status, client.answer().status)
        client.socket.shutdown(socket.SHUT_WR)
        self.assertTrue(client.is_closed_by_peer())
        client.close()

    def test_takes_a_body_just_below_the_limit(self):
        proxy = self.proxy("def main(args):\n    return {'n': len(args['x'])}\n")
        frame = len(b'{"value":{"x":""}}')
        body = b'{"value":{"x":"' + b"y" * (100 * MIB - frame) + b'"}}'
        self.assertEqual({"n": 100 * MIB - frame}, proxy.client.ask("/run", body).json())


class BrokenClientTest(HttpTest):
    def test_refuses_malformed_requests_and_closes(self):
        chunked = b"POST /run HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        cases = [
            (b"\x16\x03\x01\x02\x00", 400),
            (b"GET / HTTP/1.1\n\n", 400),
            (b"POST /run\r\n\r\n", 400),
            (b"POST  /run HTTP/1.1\r\n\r\n", 400),
            (b"POST /run HTTP/2.0\r\n\r\n", 400),
            (b"POST /run HTTP/1.1 \r\n\r\n", 400),
            (b"P(ST /run HTTP/1.1\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nNo colon\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nSpace : x\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\n: x\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nA: b\nC: d\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            (b"POST /run HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            (b"POST /run HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
            (b"POST /run HTTP/1.1\r\nExpect: miracles\r\n\r\n", 417),
            (chunked + b"x\r\n", 400),
            (chunked + b"\r\n", 400),
            (chunked + b"-1\r\n", 400),
            (chunked + b"2\r\nabc\r\n", 400),
            (chunked + b"1" * 5000, 400),
        ]
        proxy = self.proxy()
        for data, status in cases:
            with self.subTest(data=data[:80]):
                client = proxy.connect()
                client.send(data)
                self.assertEqual(status, client.answer().status)
                client.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(client.is_closed_by_peer())
                client.close()
        self.assert_well(proxy)

    def test_survives_clients_that_leave_at_any_point(self):
        proxy = self.proxy()
        data = request("/run", {"value": {"x": "y" * 300}})
        for length in range(0, len(data) + 1, 13):
            client = proxy.connect()
            client.send(data[:length])
            client.close()
        self.assert_well(proxy)
        self.assertNotIn("pikachu:", proxy.stderr.read())

    def test_survives_clients_that_leave_before_a_large_answer(self):
        proxy = self.proxy("def main(args):\n    return {'x': 'y' * args.get('n', 0), **args}\n")
        for _ in range(5):
            client = proxy.connect()
            client.send(request("/run", {"value": {"n": 4 * MIB}}))
            client.close()
        client = proxy.connect()
        self.assertEqual({"x": "", "well": 1}, client.ask("/run", {"value": {"well": 1}}).json())
        self.assertNotIn("pikachu:", proxy.stderr.read())

    def test_is_not_held_up_by_a_client_that_stops_half_way(self):
        proxy = self.proxy()
        for part in (b"POST", b"POST /run HTTP/1.1\r\nContent-Length: 9\r\n\r\n{", b""):
            proxy.connect().send(part)
        self.assert_well(proxy)

    def test_releases_every_connection(self):
        proxy = self.proxy()
        before = proxy.descriptors()
        clients = [proxy.connect() for _ in range(100)]
        for client in clients:
            self.assertEqual(200, client.ask("/run", {}).status)
        for client in clients:
            client.close()
        await_true(lambda: proxy.descriptors() == before, "the connections to be closed")

    def test_serves_more_clients_than_it_accepts_at_a_time(self):
        proxy = self.proxy()
        clients = [proxy.connect() for _ in range(300)]
        for client in clients:
            client.send(request("/run", {}, headers=("Connection: close",)))
        for client in clients:
            self.assertEqual(200, client.answer().status)

    def test_goes_on_after_the_function_used_up_its_descriptors(self):
        proxy = self.proxy(
            "import os, resource\nkept = []\n"
            "def main(args):\n"
            "    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))\n"
            "    while args.get('leak'):\n        kept.append(os.dup(0))\n"
            "    while args.get('free') and kept:\n        os.close(kept.pop())\n"
            "    return args\n"
        )
        self.assertIn("Too many open files", proxy.run({"leak": 1}).json()["error"])
        waiting = proxy.connect()
        waiting.send(request("/run", {"value": {"well": 1}}))
        await_true(proxy.is_idle, "the proxy to wait without spinning")
        self.assertEqual({"free": 1}, proxy.run({"free": 1}).json())
        proxy.client.close()
        self.assertEqual({"well": 1}, waiting.answer().json())

    def test_withstands_random_requests(self):
        seed = int(os.environ.get("PIKACHU_SEED", "20261"))
        chance = random.Random(seed)
        proxy = self.proxy()
        good = [
            request("/run", {"value": {"a": 1}}),
            BodyTest.chunked(None, [b'{"value":', b"{}}"]),
            request("/init", initialization(ECHO), headers=("Connection: keep-alive",)),
        ]
        for number in range(1500):
            data = bytearray(chance.choice(good))
            for _ in range(chance.randrange(1, 6)):
                mutate(chance, data)
            with self.subTest(seed=seed, number=number):
                client = proxy.connect()
                client.send(bytes(data))
                client.socket.shutdown(socket.SHUT_WR)
                self.assert_sound(client)
                client.close()
        self.assert_well(proxy)

    def assert_sound(self, client):
        """Only complete answers, then the end."""
        try:
            while True:
                self.assertIn(client.answer().status, (100, 200, 400, 403, 404, 405, 413, 417, 431, 501))
        except ConnectionDied:
            self.assertEqual(b"", client.input)


def connects(path):
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def mutate(chance, data):
    where = chance.randrange(len(data) + 1)
    kind = chance.randrange(4)
    if kind == 0:
        data[where : where + 1] = bytes([chance.randrange(256)])
    elif kind == 1:
        del data[where : where + chance.randrange(1, 20)]
    elif kind == 2:
        data[where:where] = chance.choice([b"\r\n", b"\r", b"\n", b"\0", b":", b" ", b"0", b"f", b"\r\n\r\n"])
    else:
        data[where:where] = data[: chance.randrange(40)]


class LifeTest(HttpTest):
    def test_ends_at_once_on_sigterm_even_within_a_call(self):
        proxy = self.proxy("def main(args):\n    print('busy')\n    while True: pass\n")
        proxy.client.send(request("/run", {}))
        await_true(lambda: "busy" in proxy.stdout.read(), "the call to begin")
        proxy.process.send_signal(signal.SIGTERM)
        self.assertEqual(-signal.SIGTERM, proxy.process.wait(20))

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("unshare"), "needs root to make a PID namespace")
    def test_ends_on_sigterm_as_the_first_process_of_a_container(self):
        proxy = self.proxy(prefix=("unshare", "--pid", "--fork", "--kill-child"))
        with open("/proc/%d/task/%d/children" % (proxy.process.pid, proxy.process.pid)) as file:
            os.kill(int(file.read().split()[0]), signal.SIGTERM)
        self.assertEqual(128 + signal.SIGTERM, proxy.process.wait(20))

    def test_frees_the_address_with_a_forked_child_left_behind(self):
        proxy = self.proxy(
            "import os, time\n"
            "def main(args):\n"
            "    if os.fork() == 0:\n        time.sleep(60)\n"
            "    return {}\n"
        )
        self.assertEqual(200, proxy.run().status)
        proxy.process.kill()
        self.assertTrue(proxy.client.is_closed_by_peer())
        await_true(lambda: not connects(proxy.path), "the address to be free")

    def test_keeps_waiting_when_its_clients_leave(self):
        proxy = self.proxy()
        proxy.client.close()
        self.assert_well(proxy)

    def test_takes_the_place_of_a_dead_predecessors_socket(self):
        proxy = self.proxy(None)
        stale = proxy.folder + "/stale"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(stale)
        process = subprocess.Popen([sys.executable, "-S", "-I", PROXY, "--unix", stale], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        await_true(lambda: connects(stale), "the new proxy to listen")

    def test_says_why_it_cannot_start(self):
        folder = self.proxy(None).folder
        with open(folder + "/file", "w"):
            pass
        cases = [
            (["--unix"], "usage: "),
            (["--port", "8080"], "usage: "),
            (["--unix", folder + "/none/s"], "cannot listen on --unix"),
            (["--unix", folder + "/file"], "cannot listen on --unix"),
            (["--unix", "/tmp/" + "x" * 200], "AF_UNIX path too long"),
            (["--tcp", "8080"], "not HOST:PORT"),
            (["--tcp", "127.0.0.1:99999"], "cannot listen on --tcp"),
        ]
        for arguments, message in cases:
            with self.subTest(arguments=arguments):
                done = subprocess.run([sys.executable, "-S", "-I", PROXY, *arguments], capture_output=True, text=True, timeout=20)
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertIn(message, done.stderr)
                self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
