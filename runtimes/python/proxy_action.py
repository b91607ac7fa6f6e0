"""The action inside the proxy: /init makes it from its code, /run calls it.

Runtime owns the loaded function and everything that must not pass from one
activation to the next: the identity in the environment, the log streams, listening
sockets. Function code can raise, exit, fork, close or replace anything; each of
these ends in one answer and one sentinel per stream, or in the death of the process.
"""

import os
import sys

import proxy_json
import proxy_logs
import proxy_sockets
import proxy_zip

MODULE = "main__"  # the name that OpenWhisk's Python runtime gives to the action's module
MISSING_CODE = "Missing main/no code to execute."
ALREADY_INITIALIZED = "Cannot initialize the action more than once."
NOT_INITIALIZED = "no action defined yet"
WRONG_RESULT = "The action did not return a dictionary or array."
EXPANDED_LIMIT = 512 * 1024 * 1024

# Whatever of these an earlier /run (or /init's environment) set and this one does not
# is removed: a warm instance must not see its predecessor's identity.
RUN_FIELDS = frozenset(
    "namespace action_name action_version activation_id transaction_id deadline api_key "
    "instance_id instance_epoch instance_address instance_port instance_key directory channel "
    "shared_memory volumes group group_rank group_size".split()
)
OK = b'{"ok":true}'


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def error(message):
    return proxy_json.encode({"error": message})


def decode(body):
    try:
        message = proxy_json.decode(body.decode())
    except (ValueError, RecursionError) as problem:
        raise Refused(400, "The request body is not JSON: %s" % problem)
    if type(message) is not dict:
        raise Refused(400, "The request body is not a JSON object.")
    return message


class Environment:
    """os.environ as /init and /run set it. Writes only what changed: most fields never do."""

    def __init__(self):
        self.exported = {}  # /run field -> value, as last exported
        self.names = {}

    def initialize(self, values):
        for name, value in values.items():
            text = value if type(value) is str else "" if value is None else proxy_json.encode_ascii(value)
            self.put(name, text)
            field = name[5:].lower()
            if field in RUN_FIELDS and name == "__OW_" + field.upper():
                self.exported[field] = text

    def identify(self, message):
        exported, kept = self.exported, 0
        for field, value in message.items():
            if type(value) is not str or field == "value":
                continue
            kept += 1
            if exported.get(field) != value:
                self.put(self.name(field), value)
                exported[field] = value
        if kept != len(exported):
            self.forget(message)

    def forget(self, message):
        for field in [field for field in self.exported if field == "value" or type(message.get(field)) is not str]:
            os.environ.pop(self.name(field), None)
            del self.exported[field]

    def name(self, field):
        name = self.names.get(field)
        if name is None:
            name = self.names[field] = "__OW_" + field.upper()
        return name

    def put(self, name, value):
        try:
            os.environ[name] = value
        except (ValueError, OSError) as problem:
            raise Refused(400, "The environment variable %r cannot be set: %s" % (name, problem))


class Source:
    """The module's loader: tracebacks and inspect ask it for the source, which is in no file.

    (They do so for every name but one in angle brackets; filling linecache instead would
    mean importing it, and re with it, for functions that never fail.)
    """

    def __init__(self, text):
        self.text = text

    def get_source(self, name):
        return self.text


class Runtime:
    def __init__(self):
        self.pid = os.getpid()
        self.function = None
        self.environment = Environment()
        self.logs = proxy_logs.Logs()
        self.sockets = proxy_sockets.Sockets()
        self.server_descriptors = set  # given by proxy.py

    def answer(self, path, body):
        """(status, body) of an answer; the logs are complete when it is returned. Empties body."""
        initializing = path == b"/init"
        try:
            message = decode(body)
            body.clear()  # may be 100 MiB that the function could use
            status, answer = self.initialize(message) if initializing else self.run(message)
        except Refused as refusal:
            status, answer = refusal.status, error(str(refusal))
        except Exception as problem:  # a signal handler of the function's, or a defect of ours
            report(problem)
            status, answer = 500, error("The Python runtime was interrupted by %s: %s" % (type(problem).__name__, describe(problem)))
        if not initializing or status != 200:
            self.logs.end_activation()
        return status, answer

    # ---- /init

    def initialize(self, message):
        if self.function is not None:
            raise Refused(403, ALREADY_INITIALIZED)
        value = message.get("value")
        code = value.get("code") if type(value) is dict else None
        if type(code) is not str or not code:
            raise Refused(403, MISSING_CODE)
        if type(value.get("env")) is dict:
            self.environment.initialize(value["env"])
        extend_path()
        name = str(value.get("name") or "action").replace("\n", " ")
        self.function = self.load(name, code, value.get("binary") is True, str(value.get("main") or "main"))
        self.sockets.remember(self.proxy_descriptors())
        return 200, OK

    def load(self, name, code, binary, main):
        """The function named main. Whatever its module does while loading, the proxy survives."""
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
            raise Refused(502, "The action failed to initialize: %s" % initialization_error(problem, filename))

    # ---- /run

    def run(self, message):
        function = self.function
        if function is None:
            raise Refused(500, NOT_INITIALIZED)
        self.environment.identify(message)
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
    folder = proxy_zip.unpack(code, EXPANDED_LIMIT)
    os.chdir(folder)
    sys.path[:0] = [folder, *proxy_zip.site_packages(folder)]
    with open(os.path.join(folder, "__main__.py"), encoding="utf-8") as file:
        return file.name, file.read()


def wait_for(awaitable):
    import asyncio

    async def wait():
        return await awaitable

    return asyncio.run(wait())


def encode_result(result):
    if not isinstance(result, (dict, list, tuple)):
        return 502, error(WRONG_RESULT)
    try:
        return 200, proxy_json.encode(result)
    except BaseException as problem:
        report(problem)
        return 502, error("The action returned something that JSON cannot hold: %s" % describe(problem))


# ---- what went wrong, for people


def describe(problem):
    """The problem's own message, or its type where it has none or fails to tell."""
    try:
        return str(problem) or type(problem).__name__
    except BaseException:
        return type(problem).__name__


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
