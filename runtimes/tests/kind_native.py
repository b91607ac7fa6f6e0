"""Executables and scripts, run once an activation or staying as an action loop: the tables of the protocol's tests."""

import os
import sys

from kind import Kind
from runtime_process import RUNTIMES, zipped

PYTHON = "#!/usr/bin/python3 -S\nimport json, os, sys\n"


def script(body):
    return PYTHON + "args = json.load(sys.stdin)\n" + body


ONCE = {
    "echo": "#!/bin/sh\ncat\n",
    "log": "#!/bin/sh\necho hello stdout\necho hello stderr >&2\ncat\n",
    "half": "#!/bin/sh\nprintf 'half\\n' \nprintf half >&2\ncat\n",
    "unicode": script("s = args['delimiter'] + ' ☃ ' + args['delimiter']\nprint(s)\nprint(json.dumps({'winter': s}))\n"),
    "environment": script("print(json.dumps({k: v for k, v in os.environ.items() if k.startswith(('__OW_', 'P_'))}))\n"),
    "text": "#!/bin/sh\necho not a json object\n",
    "array": "#!/bin/sh\necho '[\"a\", \"b\"]'\n",
    "exception": script("raise Exception('unhappy')\n"),
    "exit": "#!/bin/sh\nexit 3\n",
    "broken": "#!/nowhere/sh\ncat\n",
    "exit_in_init": None,
    "slow_in_init": None,
    "gate": script("print('arrived\\nwaiting', flush=True)\nopen(args['gate']).read()\nprint(json.dumps(args))\n"),
    # whose name is always exec
    "other_main": {"code": zipped({"exec": "#!/bin/sh\necho '{\"called\": \"niam\"}'\n"}), "binary": True, "main": "niam"},
    "package": {"code": zipped({"exec": "#!/bin/sh\n. ./part\n", "part": "echo '{\"package\": \"part\"}'\n"}), "binary": True},
}

LOOP_START = PYTHON + "answers = os.fdopen(3, 'w', buffering=1)\n"
LOOP = (
    LOOP_START + "%s"
    "print('{\"ok\": true}', file=answers)\n"
    "for line in sys.stdin:\n"
    "    message = json.loads(line)\n"
    "    args = message['value']\n"
    "    for name, value in message.items():\n"
    "        if name != 'value':\n            os.environ['__OW_' + name.upper()] = value\n"
    "%s"
    "    sys.stdout.flush()\n    sys.stderr.flush()\n"
    "    print(json.dumps(result), file=answers)\n"
)


def loop(*each, load="", **files):
    text = LOOP % (load, "".join("    %s\n" % line for line in each))
    return {"code": zipped({"exec": text, "exec.actionloop": "", **files}), "binary": True}


ECHO = "result = args"
STAYING = {
    "echo": loop(ECHO),
    "log": loop("print('hello stdout')", "print('hello stderr', file=sys.stderr)", ECHO),
    "half": loop("sys.stdout.write('half')", "sys.stderr.write('half')", ECHO),
    "unicode": loop("s = args['delimiter'] + ' ☃ ' + args['delimiter']", "print(s)", "result = {'winter': s}"),
    "environment": None,
    "text": loop("result = 'not a json object'"),
    "array": loop("result = ['a', 'b']"),
    "exception": loop("raise Exception('unhappy')"),
    "exit": loop("sys.exit(3)"),
    "broken": loop(ECHO, load="x = = 3\n"),
    "exit_in_init": loop(ECHO, load="sys.exit(3)\n"),
    "slow_in_init": loop(ECHO, load="print('loading', flush=True)\nopen('../gate').read()\n"),
    "gate": loop("print('arrived', flush=True)", "open(args['gate']).read()", ECHO),
    "other_main": {**loop("result = {'called': 'niam'}"), "main": "niam"},
    "package": loop("result = {'package': part.NAME}", load="sys.path.append('.')\nimport part\n", **{"part.py": "NAME = 'part'\n"}),
}


def command():
    return [sys.executable, "-S", "-E", "-I", os.path.join(RUNTIMES, "native", "proxy.py")]


NOT_RUN = "/init does not run a native program"
ENDED = "ended with exit status %d"
KIND = Kind(
    "native",
    command,
    ONCE,
    outcomes={"exception": (502, ENDED % 1), "exit": (502, ENDED % 3)},
    not_applicable={"exit_in_init": NOT_RUN, "slow_in_init": NOT_RUN},
)
KIND_STAYING = Kind(
    "native staying",
    command,
    STAYING,
    outcomes={"exception": (502, ENDED % 1), "exit": (502, ENDED % 3), "exit_in_init": (502, ENDED % 3)},
    not_applicable={"environment": "an action loop is told of /run's fields, not given them as variables"},
    ends_lines=False,
)
