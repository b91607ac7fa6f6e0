"""proxy_zip_plain against the zipfile package, on archives sound and broken."""

import io
import os
import random
import sys
import tempfile
import unittest
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import proxy_zip  # noqa: E402
import proxy_zip_plain  # noqa: E402

NAMES = ("__main__.py", "a", "dir/", "dir/b", "dir/sub/c.txt", "é", "empty/", "x" * 200)


def archive(chance, **options):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", **options) as out:
        for name in chance.sample(NAMES, chance.randrange(len(NAMES) + 1)):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            entry.external_attr = chance.choice((0o644, 0o755)) << 16
            text = b"" if name.endswith("/") else bytes(chance.choice(b"abc") for _ in range(chance.randrange(300)))
            out.writestr(entry, text)
    return data.getvalue()


def contents(opened):
    """{name: (bytes, attributes)} as extracted."""
    found = {}
    with opened as source, tempfile.TemporaryDirectory() as folder:
        for entry in source.infolist():
            path = source.extract(entry, folder)
            if entry.is_dir():
                found[entry.filename] = (os.path.isdir(path), entry.external_attr)
            else:
                with open(path, "rb") as file:
                    found[entry.filename] = (file.read(), entry.external_attr)
    return found


def by_package(data):
    return contents(zipfile.ZipFile(io.BytesIO(data)))


class PlainZipTest(unittest.TestCase):
    def test_reads_what_the_package_reads(self):
        chance = random.Random(7)
        for _ in range(100):
            data = archive(chance)
            self.assertEqual(by_package(data), contents(proxy_zip_plain.Archive(data)))

    def test_reads_a_streamed_archive(self):
        class Stream(io.RawIOBase):  # which cannot go back to write the sizes before the data
            data = b""

            def writable(self):
                return True

            def write(self, data):
                self.data += bytes(data)
                return len(data)

        stream = Stream()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("__main__.py", "x = 1\n" * 100)
        self.assertEqual(b"x = 1\n" * 100, contents(proxy_zip_plain.Archive(stream.data))["__main__.py"][0])

    def test_leaves_unusual_archives_to_the_package(self):
        def made(change=lambda out: None, name="a", **options):
            data = io.BytesIO()
            with zipfile.ZipFile(data, "w", **options) as out:
                out.writestr(name, "text")
                change(out)
            return data.getvalue()

        unusual = {
            "comment": made(lambda out: setattr(out, "comment", b"hello")),
            "bzip2": made(compression=zipfile.ZIP_BZIP2),
            "lzma": made(compression=zipfile.ZIP_LZMA),
            "prefix": b"#!/usr/bin/python3\n" + made(),
        }
        for name, data in unusual.items():
            with self.subTest(name):
                self.assertRaises(proxy_zip_plain.Unusual, proxy_zip_plain.Archive, data)
                self.assertEqual(b"text", contents(proxy_zip.open_archive(data))["a"][0])
        for name in ("/a", "../a", "b/../a", "./a", "a//b", "/", "a\\..\\b" + "/.."):
            with self.subTest(name):
                self.assertRaises(proxy_zip_plain.Unusual, proxy_zip_plain.Archive, made(name=name))

    def test_never_differs_from_the_package_on_broken_archives(self):
        seed = int(os.environ.get("PIKACHU_SEED", "20261"))
        chance = random.Random(seed)
        outcomes = {"same": 0, "refused": 0}
        for number in range(1000):
            data = bytearray(archive(chance))
            for _ in range(chance.randrange(1, 4)):
                where = chance.randrange(len(data))
                data[where] = chance.choice((0, 255, data[where] ^ 1 << chance.randrange(8)))
            with self.subTest(seed=seed, number=number):
                outcomes[self.compare(bytes(data))] += 1
        self.assertGreater(min(outcomes.values()), 50, outcomes)

    def compare(self, data):
        try:
            found = contents(proxy_zip_plain.Archive(data))
        except (proxy_zip_plain.Unusual, proxy_zip_plain.Damaged, OSError):
            return "refused"
        try:
            expected = by_package(data)
        except Exception:  # it refuses more, and in many ways
            return "refused"
        self.assertEqual(expected, found)
        return "same"

    def test_decompresses_no_more_than_an_entry_says(self):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("bomb", bytes(10_000_000))
        data = data.getvalue().replace((10_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
        opened = proxy_zip_plain.Archive(data)
        with self.assertRaisesRegex(proxy_zip_plain.Damaged, "'bomb' is not what was put in"):
            opened.read(opened.infolist()[0])
        entry = opened.infolist()[0]
        start = entry.offset + proxy_zip_plain.LOCAL_SIZE + len(entry.raw_name)
        self.assertEqual(101, len(opened.content(entry, opened.data[start : start + entry.compressed])))


class Base64Test(unittest.TestCase):
    def test_refuses_what_the_base64_package_refuses(self):
        import base64

        for code in ("", "QQ==", "QUI=", "QUJD", "QQ=", "QQ", "Q", "QQ==QQ==", "Q Q=", "QQ==\n", "QQ-_", "é", "\ud800"):
            with self.subTest(code=code):
                try:
                    expected = base64.b64decode(code, validate=True)
                except ValueError:
                    self.assertRaises(proxy_zip.BadArchive, proxy_zip.decode, code)
                else:
                    self.assertEqual(expected, proxy_zip.decode(code))


if __name__ == "__main__":
    unittest.main()
