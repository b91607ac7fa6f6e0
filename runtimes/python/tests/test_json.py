"""proxy_json against the json package, whichever of its two ways this interpreter takes."""

import json
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import proxy_json  # noqa: E402

DECODERS = {"chosen": proxy_json.decode, "package": proxy_json.from_package()[0]}
ENCODERS = {
    "interpreter": (proxy_json.encode_text, proxy_json.encode_ascii, proxy_json.encode_spaced),
    "package": proxy_json.from_package()[1:],
}


def some_value(chance, depth=0):
    kind = chance.randrange(8 if depth < 5 else 6)
    if kind == 6:
        return [some_value(chance, depth + 1) for _ in range(chance.randrange(5))]
    if kind == 7:
        return {some_text(chance): some_value(chance, depth + 1) for _ in range(chance.randrange(5))}
    return [None, True, False, chance.randrange(-(10**20), 10**20), chance.uniform(-1e10, 1e10), some_text(chance)][kind]


def some_text(chance):
    return "".join(chance.choice('aé\\"/\n\0\u2028😀\ud800') for _ in range(chance.randrange(8)))


class JsonTest(unittest.TestCase):
    def test_reads_and_writes_what_the_json_package_does(self):
        chance = random.Random(7)
        for _ in range(500):
            value = some_value(chance)
            for number, (ascii, separators) in enumerate(((False, (",", ":")), (True, (",", ":")), (True, None))):
                text = json.dumps(value, ensure_ascii=ascii, separators=separators)
                for name, encoders in ENCODERS.items():
                    self.assertEqual(text, encoders[number](value), name)
                for name, decode in DECODERS.items():
                    self.assertEqual(value, decode(" \t\n" + text + "\r\n"), name)

    def test_refuses_what_the_json_package_refuses(self):
        for text in ("", " ", "{", "[1,]", "{'a':1}", "01", "nul", '"\n"', "1 2", "[1}", "\ufeff{}", "[" * 100_000):
            for name, decode in DECODERS.items():
                with self.subTest(text=text[:10], name=name):
                    self.assertRaises((ValueError, RecursionError), decode, text)

    def test_goes_on_after_a_failure(self):
        value = []
        for bad in ({"a": value, "b": {1}}, [value, object()], {"c": [value, float("nan")]}):
            for _ in range(2):
                self.assertRaises((TypeError, ValueError), proxy_json.encode, bad)
            self.assertEqual(b"[]", proxy_json.encode(value))


if __name__ == "__main__":
    unittest.main()
