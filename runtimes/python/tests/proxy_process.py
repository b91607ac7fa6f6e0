"""The Python runtime's process; all else is as for the other kinds."""

import os
import sys

RUNTIMES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(RUNTIMES, "tests"))
from runtime_process import *  # noqa: E402, F403
from runtime_process import Runtime  # noqa: E402

PROXY = os.path.join(RUNTIMES, "python", "proxy.py")


class Proxy(Runtime):
    def __init__(self, *, flags=("-S", "-E", "-I"), prefix=(), **options):
        super().__init__([*prefix, sys.executable, *flags, PROXY], **options)
