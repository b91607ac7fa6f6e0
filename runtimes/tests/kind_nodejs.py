"""Node.js: the table of the protocol's tests."""

import os
import shutil

from kind import Absent, Kind
from runtime_process import RUNTIMES, zipped

ECHO = "function main(args) {\n    return args;\n}\n"

SOURCES = {
    "echo": ECHO,
    "log": "function main(args) {\n    console.log('hello stdout');\n    console.error('hello stderr');\n    return args;\n}\n",
    "half": "function main(args) {\n    process.stdout.write('half');\n    process.stderr.write('half');\n    return args;\n}\n",
    "unicode": (
        "function main(args) {\n    const s = args.delimiter + ' ☃ ' + args.delimiter;\n"
        "    console.log(s);\n    return { winter: s };\n}\n"
    ),
    "environment": (
        "function main(args) {\n"
        "    return Object.fromEntries(Object.entries(process.env).filter(([k]) => /^(__OW_|P_)/.test(k)));\n}\n"
    ),
    "text": "function main(args) {\n    return 'not a json object';\n}\n",
    "array": "function main(args) {\n    return ['a', 'b'];\n}\n",
    "exception": "function main(args) {\n    throw new Error('unhappy');\n}\n",
    "exit": "function main(args) {\n    process.exit(3);\n}\n",
    "broken": "function main(args {\n    return args;\n}\n",
    "exit_in_init": "process.exit(3);\n",
    "slow_in_init": "console.log('loading');\nrequire('fs').readFileSync('gate');\n" + ECHO,
    "gate": (
        "async function main(args) {\n    console.log('arrived');\n"
        "    await require('fs').promises.readFile(args.gate);\n    return args;\n}\n"
    ),
    "other_main": {"code": "function niam(args) {\n    return { called: 'niam' };\n}\n", "main": "niam"},
    "package": {
        "code": zipped(
            {
                "package.json": '{"name": "hello", "main": "lib/hello.js"}',
                "lib/hello.js": "const part = require('./part');\nexports.main = () => ({ package: part.name });\n",
                "lib/part.js": "exports.name = 'part';\n",
            }
        ),
        "binary": True,
    },
}


def command():
    proxy = os.path.join(RUNTIMES, "nodejs", "proxy.js")
    node = shutil.which("node")
    if not os.path.exists(proxy):
        raise Absent("there is no %s" % proxy)
    if node is None:
        raise Absent("there is no node on the PATH")
    return [node, proxy]


KIND = Kind(
    "nodejs",
    command,
    SOURCES,
    outcomes={"exception": (502, "unhappy"), "exit": (502, r"process\.exit\(3\)"), "exit_in_init": (502, r"process\.exit\(3\)")},
    concurrent=True,
)
