"""Python: the table of the protocol's tests."""

import os
import sys

from kind import Kind
from runtime_process import RUNTIMES, zipped

ECHO = "def main(args):\n    return args\n"

SOURCES = {
    "echo": ECHO,
    "log": "import sys\ndef main(args):\n    print('hello stdout')\n    print('hello stderr', file=sys.stderr)\n    return args\n",
    "half": "import sys\ndef main(args):\n    sys.stdout.write('half')\n    sys.stderr.write('half')\n    return args\n",
    "unicode": (
        "def main(args):\n    s = args['delimiter'] + ' ☃ ' + args['delimiter']\n    print(s)\n    return {'winter': s}\n"
    ),
    "environment": (
        "import os\ndef main(args):\n    return {k: v for k, v in os.environ.items() if k.startswith(('__OW_', 'P_'))}\n"
    ),
    "text": "def main(args):\n    return 'not a json object'\n",
    "array": "def main(args):\n    return ['a', 'b']\n",
    "exception": "def main(args):\n    raise Exception('unhappy')\n",
    "exit": "import sys\ndef main(args):\n    sys.exit(3)\n",
    "broken": "def main(args)\n    return args\n",
    "exit_in_init": "import sys\nsys.exit(3)\n",
    "slow_in_init": "print('loading')\nopen('gate').read()\n" + ECHO,
    "gate": "def main(args):\n    print('arrived')\n    open(args['gate']).read()\n    return args\n",
    "other_main": {"code": "def niam(args):\n    return {'called': 'niam'}\n", "main": "niam"},
    "package": {
        "code": zipped({"__main__.py": "import part\ndef main(args):\n    return {'package': part.NAME}\n", "part.py": "NAME = 'part'\n"}),
        "binary": True,
    },
}


def command():
    return [sys.executable, "-S", "-E", "-I", os.path.join(RUNTIMES, "python", "proxy.py")]


KIND = Kind(
    "python",
    command,
    SOURCES,
    outcomes={"exception": (200, "^unhappy$"), "exit": (200, r"sys\.exit\(3\)"), "exit_in_init": (502, r"sys\.exit\(3\)")},
)
