"""Makes a file that the kernel can execute of an action's code: a script, an ELF file or a zip.

What the kernel would refuse at the first /run is said at /init, with the reason.
"""

import os

import proxy_zip

MAIN_FILE = "exec"
LOOP_MARK = "exec.actionloop"
ELF = b"\x7fELF"
SCRIPT = b"#!"
FIRST_LINE_LIMIT = 4096


class BadProgram(Exception):
    pass


def prepare(code, binary, limit):
    """The program's path. Its folder becomes the current one; after a failure nothing is left of it."""
    path = unpack(code.strip(), limit) if binary else write(script(code))
    try:
        os.chmod(path, 0o755)  # zips made on other systems know no executable files
        check(path)
    except BaseException:
        remove(os.path.dirname(path))
        raise
    os.chdir(os.path.dirname(path))
    return path


def is_loop(path):
    return os.path.exists(os.path.join(os.path.dirname(path), LOOP_MARK))


def script(code):
    try:
        return code.lstrip("\ufeff").encode()
    except UnicodeEncodeError as problem:
        raise BadProgram("its code has no form in UTF-8: %s" % problem)


def unpack(code, limit):
    if proxy_zip.decode(code[:8]).startswith((ELF, SCRIPT)):
        return write(proxy_zip.decode(code))
    return os.path.join(proxy_zip.unpack(code, MAIN_FILE, limit), MAIN_FILE)


def write(data):
    folder = os.path.abspath(proxy_zip.FOLDER)
    os.mkdir(folder)
    path = os.path.join(folder, MAIN_FILE)
    with open(path, "wb") as file:
        file.write(data)
    return path


def check(path):
    with open(path, "rb") as file:
        line = file.readline(FIRST_LINE_LIMIT)
    if line.startswith(ELF):
        return
    if not line.startswith(SCRIPT):
        raise BadProgram("its code is neither an ELF executable nor a script that begins with #!")
    words = line[2:].strip(b" \t\n").split(None, 1)
    if not words:
        raise BadProgram("the first line of its code names no interpreter after #!")
    if line.rstrip(b"\n").endswith(b"\r"):
        raise BadProgram("the first line of its code ends with a carriage return; save the script with Unix line ends")
    interpreter = os.fsdecode(words[0])
    if not os.access(os.path.join(os.path.dirname(path), interpreter), os.X_OK):
        raise BadProgram("the first line of its code asks for %s, which this container cannot execute" % interpreter)


def remove(folder):
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
