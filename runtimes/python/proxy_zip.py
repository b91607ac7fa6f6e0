"""Unpacks an action that came as a zip: the file to run, more files, perhaps a virtualenv.

What only unusual zips need is imported when there is one.
"""

import binascii
import os

import proxy_zip_plain

FOLDER = "action"
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


class BadArchive(Exception):
    pass


def unpack(code, main, limit):
    """The folder, below the current one, with the archive's files in it; main must be one of them."""
    folder = os.path.abspath(FOLDER)
    with open_archive(decode(code)) as archive:
        check(archive.infolist(), main, limit)
        try:
            extract_all(archive, folder)
        except proxy_zip_plain.Damaged as problem:
            raise BadArchive("the zip is damaged: %s" % problem)
    return folder


def decode(code):
    """As base64.b64decode(code, validate=True), without the package's import."""
    try:
        data = code.encode()
        if data.translate(None, BASE64) or b"=" in data.rstrip(b"="):
            raise ValueError("Only base64 data is allowed")
        return binascii.a2b_base64(data)
    except ValueError as problem:
        raise not_a_zip(problem)


def not_a_zip(problem):
    return BadArchive("the code is not a base64-encoded zip (%s)" % problem)


def open_archive(data):
    try:
        return proxy_zip_plain.Archive(data)
    except proxy_zip_plain.Unusual:
        pass
    import io
    import zipfile

    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (ValueError, zipfile.BadZipFile) as problem:
        raise not_a_zip(problem)


def extract_all(archive, folder):
    os.mkdir(folder)
    try:
        for entry in archive.infolist():
            extract(archive, entry, folder)
    except BaseException:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
        raise


def check(entries, main, limit):
    """zipfile reads no more of an entry than its header states, so the sum can be trusted."""
    if sum(entry.file_size for entry in entries) > limit:
        raise BadArchive("the zip expands to more than %d bytes" % limit)
    for entry in entries:
        if entry.filename.startswith("/") or ".." in entry.filename.replace("\\", "/").split("/"):
            raise BadArchive("the zip has an entry outside of its root: %r" % entry.filename)
    if main not in [entry.filename for entry in entries]:
        raise BadArchive("the zip has no %s at its root" % main)


def extract(archive, entry, folder):
    """A symbolic link becomes a file that holds its target, so no entry can lead outside."""
    path = archive.extract(entry, folder)
    if not entry.is_dir() and entry.external_attr >> 16 & 0o100:
        os.chmod(path, 0o755)  # the archive's other mode bits are not ours to grant


def site_packages(folder):
    """Those of the archive's virtualenv, whatever Python it was made with."""
    lib = os.path.join(folder, "virtualenv", "lib")
    try:
        pythons = sorted(os.listdir(lib))
    except OSError:
        return []
    return [os.path.join(lib, python, "site-packages") for python in pythons if python.startswith("python3")]
