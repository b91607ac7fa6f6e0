"""The action inside the proxy: /init makes it from its code, /run calls it.

Runtime owns the loaded function and everything that must not pass from one
activation to the next: the identity in the environment, the log streams, listening
sockets. Function code can raise, exit, fork, close or replace anything; each of
these ends in one answer and one sentinel per stream, or in the death of the process.
"""

import os
import sys

import proxy_json
import proxy_protocol
import proxy_sockets
import proxy_zip
from proxy_protocol import Refused, describe, error

MODULE = "main__"  # the name that OpenWhisk's Python runtime gives to the action's module
MAIN_FILE = "__main__.py"


class Source:
    """The module's loader: tracebacks and inspect ask it for the source, which is in no file.

    (They do so for every name but one in angle brackets; filling linecache instead would
    mean importing it, and re with it, for functions that never fail.)
    """

    def __init__(self, text):
        self.text = text

    def get_source(self, name):
        return self.text


class Runtime(proxy_protocol.Protocol):
    def __init__(self):
        super().__init__()
        self.pid = os.getpid()
        self.function = None
        self.sockets = proxy_sockets.Sockets()

    def report(self, problem):
        report(problem)

    # ---- /init

    def load(self, name, code, binary, main):
        """Keeps the function named main. Whatever its module does while loading, the proxy survives."""
        extend_path()
        self.function = self.function_of(name, code, binary, main)
        self.sockets.remember(self.proxy_descriptors())

    def function_of(self, name, code, binary, main):
        filename = "action " + name
        try:
            if binary:
                filename, code = unpack(code)
            module = new_module(filename, code)
            exec(compile(module.__loader__.text, filename, "exec", dont_inherit=True), module.__dict__)
            function = getattr(module, main, None)
            if not callable(function):
                raise NoFunction("it defines no function named %r" % main)
            return function
        except BaseException as problem:
            self.leave_if_child(problem)
            report(problem)
            forget_module(filename)
            raise proxy_protocol.not_initialized(initialization_error(problem, filename))

    # ---- /run

    def call(self, message):
        function = self.function
        arguments = message.get("value")
        try:
            result = function({} if arguments is None else arguments)
            if type(result) is not dict and hasattr(result, "__await__"):
                result = wait_for(result)
        except BaseException as problem:
            self.leave_if_child(problem)
            report(problem)
            status, answer = 200, error(run_error(problem))
        else:
            if os.getpid() != self.pid:
                self.leave_if_child(None)
            status, answer = encode_result(result)
        self.sockets.close_listening(self.proxy_descriptors())
        return status, answer

    def proxy_descriptors(self):
        return self.server_descriptors() | self.logs.descriptors()

    def leave_if_child(self, problem):
        """A process that the function forked must end where the function ends, or two
        processes would answer one call."""
        if os.getpid() == self.pid:
            return
        status = 0
        if isinstance(problem, SystemExit):
            status = exit_status(problem)
        elif problem is not None:
            report(problem)
            status = 1
        self.logs.flush()
        os._exit(status)


class NoFunction(Exception):
    pass


def exit_status(problem):
    if problem.code is None:
        return 0
    return problem.code & 0xFF if isinstance(problem.code, int) else 1


def extend_path():
    """-E and -I make the interpreter ignore PYTHONPATH, for a quick and predictable start;
    here it is honoured again, be it the container's or one of the action's parameters."""
    if not sys.flags.ignore_environment:
        return
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [path for path in given if path and path not in sys.path]


def new_module(filename, code):
    """The action's module, found by pickle and dataclasses under its name, its source by tracebacks."""
    module = type(sys)(MODULE)
    module.__loader__ = Source(code.lstrip("\ufeff"))
    module.__file__ = filename if os.path.isabs(filename) else os.path.join(os.getcwd(), MODULE + ".py")
    sys.modules[MODULE] = module
    sys.argv[:] = [module.__file__]
    return module


def forget_module(filename):
    """So that a second attempt to initialize finds nothing of the first."""
    sys.modules.pop(MODULE, None)
    linecache = sys.modules.get("linecache")
    if linecache is not None:
        linecache.cache.pop(filename, None)


def unpack(code):
    folder = proxy_zip.unpack(code, MAIN_FILE, proxy_protocol.EXPANDED_LIMIT)
    os.chdir(folder)
    sys.path[:0] = [folder, *proxy_zip.site_packages(folder)]
    with open(os.path.join(folder, MAIN_FILE), encoding="utf-8") as file:
        return file.name, file.read()


def wait_for(awaitable):
    import asyncio

    async def wait():
        return await awaitable

    return asyncio.run(wait())


def encode_result(result):
    if not isinstance(result, (dict, list, tuple)):
        return 502, error(proxy_protocol.WRONG_RESULT)
    try:
        return 200, proxy_json.encode(result)
    except BaseException as problem:
        report(problem)
        return 502, error("The action returned something that JSON cannot hold: %s" % describe(problem))


# ---- what went wrong, for people


def run_error(problem):
    if isinstance(problem, SystemExit):
        return "The action called sys.exit(%s) instead of returning a result." % exit_text(problem)
    return describe(problem)


def exit_text(problem):
    return "" if problem.code is None else repr(problem.code)


def initialization_error(problem, filename):
    if isinstance(problem, (NoFunction, proxy_zip.BadArchive)):
        return describe(problem)
    if isinstance(problem, SystemExit):
        return "its code called sys.exit(%s)%s" % (exit_text(problem), at_line(problem, filename))
    text = problem.msg if isinstance(problem, SyntaxError) and problem.msg else describe(problem)
    return "%s: %s%s" % (type(problem).__name__, text, at_line(problem, filename))


def at_line(problem, filename):
    line = problem.lineno if isinstance(problem, SyntaxError) else None
    trace = problem.__traceback__
    while trace is not None and not isinstance(problem, SyntaxError):
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return " (line %d)" % line if line else ""


def report(problem):
    """The traceback on stderr, from the function's first frame on."""
    if isinstance(problem, (NoFunction, proxy_zip.BadArchive)):
        return
    try:
        import traceback

        trace = problem.__traceback__
        traceback.print_exception(type(problem), problem, trace and trace.tb_next)
    except BaseException as another:
        os.write(2, b"pikachu: the traceback could not be written: %b\n" % describe(another).encode(errors="replace"))
