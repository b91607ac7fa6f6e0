"""Reads zips as most are made: entries stored or deflated, nothing before or after the archive.

import zipfile takes 16 ms of processor time, more than all else between an action's code
and its first call. What is unusual (encryption, other compressions, 64 bit sizes, names
that are not UTF-8, comments) raises Unusual, and zipfile reads it.
"""

import binascii
import os
import zlib

END, DIRECTORY, LOCAL = b"PK\5\6", b"PK\1\2", b"PK\3\4"
END_SIZE, DIRECTORY_SIZE, LOCAL_SIZE = 22, 46, 30
STORED, DEFLATED = 0, 8
UTF8 = 0x800
HARMLESS = UTF8 | 0x8 | 0x6  # sizes repeated after the data, how hard the compressor tried
ABSENT_32 = 0xFFFFFFFF  # see the 64 bit fields


class Unusual(Exception):
    pass


class Damaged(Exception):
    pass


def expect(condition):
    if not condition:
        raise Unusual()


class Entry:
    """Named like zipfile.ZipInfo where it says the same."""

    __slots__ = ("filename", "raw_name", "method", "crc", "compressed", "file_size", "external_attr", "offset")

    def is_dir(self):
        return self.filename.endswith("/")


class Archive:
    """What zipfile.ZipFile is to proxy_zip."""

    def __init__(self, data):
        self.data = memoryview(data)
        end = len(data) - END_SIZE
        expect(end >= 0 and data[end : end + 4] == END)
        disks, count, size = self.number(end + 4, 4), self.number(end + 10, 2), self.number(end + 12, 4)
        self.directory, comment = self.number(end + 16, 4), self.number(end + 20, 2)
        expect(disks == comment == 0 and count == self.number(end + 8, 2) and self.directory + size == end)
        self.entries = self.read_directory(count, end)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def infolist(self):
        return self.entries

    def number(self, at, size):
        return int.from_bytes(self.data[at : at + size], "little")

    def read_directory(self, count, end):
        at, entries = self.directory, []
        while at < end:
            expect(self.data[at : at + 4] == DIRECTORY)
            after = at + DIRECTORY_SIZE + sum(self.number(at + field, 2) for field in (28, 30, 32))
            expect(after <= end)
            entries.append(self.read_entry(at))
            at = after
        expect(len(entries) == count)
        return entries

    def read_entry(self, at):
        entry, number = Entry(), self.number
        flags, entry.method = number(at + 8, 2), number(at + 10, 2)
        entry.crc, entry.compressed, entry.file_size = (number(at + field, 4) for field in (16, 20, 24))
        entry.external_attr, entry.offset = number(at + 38, 4), number(at + 42, 4)
        entry.raw_name = bytes(self.data[at + DIRECTORY_SIZE : at + DIRECTORY_SIZE + number(at + 28, 2)])
        expect(not flags & ~HARMLESS and entry.method in (STORED, DEFLATED) and number(at + 34, 2) == 0)
        expect(ABSENT_32 not in (entry.compressed, entry.file_size, entry.offset))
        entry.filename = decode(entry.raw_name, flags)
        return entry

    def extract(self, entry, folder):
        """The entry's path; its data is checked before it is written."""
        path = os.path.join(folder, entry.filename)
        if entry.is_dir():
            os.makedirs(path, exist_ok=True)
        else:
            data = self.read(entry)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        return path

    def read(self, entry):
        start = entry.offset + LOCAL_SIZE
        name = len(entry.raw_name)
        data = self.data
        if data[entry.offset : entry.offset + 4] != LOCAL or data[start : start + name] != entry.raw_name:
            raise Damaged("it has no data for %r" % entry.filename)
        start += name + self.number(entry.offset + 28, 2)
        if start + entry.compressed > self.directory:
            raise Damaged("the data of %r is cut off" % entry.filename)
        content = self.content(entry, data[start : start + entry.compressed])
        if len(content) != entry.file_size or binascii.crc32(content) != entry.crc:
            raise Damaged("the data of %r is not what was put in" % entry.filename)
        return content

    def content(self, entry, data):
        if entry.method == STORED:
            return data
        try:
            return zlib.decompressobj(-15).decompress(data, entry.file_size + 1)  # one too many tells enough
        except zlib.error as problem:
            raise Damaged("the data of %r cannot be decompressed: %s" % (entry.filename, problem))


def decode(name, flags):
    """Only what lies below the folder without any interpretation; proxy_zip has words for the rest."""
    try:
        text = name.decode("utf-8" if flags & UTF8 else "ascii")
    except UnicodeDecodeError:
        raise Unusual()
    expect("\0" not in text and not {"", ".", ".."}.intersection(text.rstrip("/").split("/")))
    expect(not text.endswith("//"))
    return text
