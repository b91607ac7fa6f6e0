"""What every kind of action does with /init and /run; how it runs code is up to the kind.

A kind extends Protocol by load() and call(). Protocol owns what must not pass from one
activation to the next, the identity in the environment and the log streams: whatever
happens, there is one answer and one sentinel per stream.
"""

import os

import proxy_json
import proxy_logs

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


def not_initialized(problem):
    return Refused(502, "The action failed to initialize: %s" % problem)


def decode(body):
    try:
        message = proxy_json.decode(body.decode())
    except (ValueError, RecursionError) as problem:
        raise Refused(400, "The request body is not JSON: %s" % problem)
    if type(message) is not dict:
        raise Refused(400, "The request body is not a JSON object.")
    return message


def describe(problem):
    """The problem's own message, or its type where it has none or fails to tell."""
    try:
        return str(problem) or type(problem).__name__
    except BaseException:
        return type(problem).__name__


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


class Protocol:
    def __init__(self):
        self.initialized = False
        self.environment = Environment()
        self.logs = proxy_logs.Logs()
        self.server_descriptors = set  # given by proxy.py

    # ---- for each kind to say

    def load(self, name, code, binary, main):
        """Makes the action ready to be called; Refused when it cannot be."""
        raise NotImplementedError

    def call(self, message):
        """(status, body) of one activation."""
        raise NotImplementedError

    def report(self, problem):
        """Says on standard error what went wrong where it should not have."""
        os.write(2, b"pikachu: %b\n" % repr(problem).encode(errors="replace"))

    # ---- what all have in common

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
            self.report(problem)
            status, answer = 500, error("The runtime was interrupted by %s: %s" % (type(problem).__name__, describe(problem)))
        if not initializing or status != 200:
            self.logs.end_activation()
        return status, answer

    def initialize(self, message):
        if self.initialized:
            raise Refused(403, ALREADY_INITIALIZED)
        value = message.get("value")
        code = value.get("code") if type(value) is dict else None
        if type(code) is not str or not code:
            raise Refused(403, MISSING_CODE)
        if type(value.get("env")) is dict:
            self.environment.initialize(value["env"])
        name = str(value.get("name") or "action").replace("\n", " ")
        self.load(name, code, value.get("binary") is True, str(value.get("main") or "main"))
        self.initialized = True
        return 200, OK

    def run(self, message):
        if not self.initialized:
            raise Refused(500, NOT_INITIALIZED)
        self.environment.identify(message)
        return self.call(message)
