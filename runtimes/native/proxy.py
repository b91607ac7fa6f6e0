"""Pikachu's native runtime: the action proxy's entry point for executables and scripts.

    python3 -S -E -I proxy.py --unix PATH
    python3 -S -E -I proxy.py --tcp HOST:PORT       (0.0.0.0:8080 when nothing is said)

It is the Python runtime's proxy with another way to run an action, so that runtime must
lie beside this one, in ../python. The protocol is described in docs/formats/runtime.md.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "python"), HERE]

import proxy  # noqa: E402  the Python runtime's, this file being __main__


def load():
    import native_action
    import proxy_http

    return proxy_http.Server, native_action.Runtime


if __name__ == "__main__":
    proxy.main(load)
