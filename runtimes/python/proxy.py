"""Pikachu's Python runtime: the action proxy's entry point.

    python3 -S -E -I proxy.py --unix PATH
    python3 -S -E -I proxy.py --tcp HOST:PORT       (0.0.0.0:8080 when nothing is said)

-S, because site (and every .pth file on the machine) would run before the address
exists; run_site() makes up for it. -E and -I, so that neither the environment nor the
current folder decides what the proxy itself imports; PYTHONPATH is honoured at /init.
Staged with compiled files beside it (python3 -m compileall) it answers /init about
5 ms sooner.

It listens first and loads everything else afterwards: the invoker connects while
this process is still importing json, and the kernel's backlog holds its request.
For the same reason it uses _socket and not socket, which would load enum and
selectors (several milliseconds) before the address exists.

The protocol is described in docs/formats/runtime.md.
"""

import os
import stat
import sys

import _socket

BACKLOG = 128
USAGE = "usage: proxy.py [--unix PATH | --tcp HOST:PORT]"


def listen_unix(path):
    remove_stale_socket(path)
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(BACKLOG)
    return listener


def remove_stale_socket(path):
    """A restarted container finds its predecessor's socket; anything else is not ours to delete."""
    try:
        if stat.S_ISSOCK(os.lstat(path).st_mode):
            os.unlink(path)
    except FileNotFoundError:
        pass


def listen_tcp(address):
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit():
        raise ValueError("not HOST:PORT")
    host = host.strip("[]")
    family = _socket.AF_INET6 if ":" in host else _socket.AF_INET
    listener = _socket.socket(family, _socket.SOCK_STREAM)
    listener.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(BACKLOG)
    return listener


def listen(arguments):
    kind, address = arguments or ("--tcp", "0.0.0.0:8080")
    listener = listen_unix(address) if kind == "--unix" else listen_tcp(address)
    listener.setblocking(False)
    return listener


def arguments():
    given = sys.argv[1:]
    if given and (len(given) != 2 or given[0] not in ("--unix", "--tcp")):
        sys.exit(USAGE)
    return given


def detach_stdin():
    """Function code that reads its standard input gets end of file, not the invoker's pipe."""
    null = os.open(os.devnull, os.O_RDONLY)
    if null != 0:
        os.dup2(null, 0)
        os.close(null)


def die_on_sigterm_as_pid_1():
    """The kernel ignores SIGTERM for a container's first process unless it has a handler."""
    if os.getpid() == 1:
        import signal

        signal.signal(signal.SIGTERM, lambda *_: os._exit(128 + signal.SIGTERM))


def load():
    """(Server, Runtime) of the proxy's other files, leaving neither their folder nor their names
    in the way of the function's own modules."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, here)
    import proxy_action
    import proxy_http

    sys.path[:] = [path for path in sys.path if path != here]
    for name in [name for name in sys.modules if name.startswith("proxy_")]:
        del sys.modules[name]
    run_site()
    return proxy_http.Server, proxy_action.Runtime


def run_site():
    """With -S the interpreter skipped site; now that the socket exists there is time for it.

    It is what makes dist-packages (python3-requests and so on) importable.
    """
    if sys.flags.no_site:
        import site

        try:
            site.main()
        except Exception as problem:
            print("pikachu: the site module failed:", problem, file=sys.stderr)


def main(load):
    """load is called once the address exists; the native kind has one of its own."""
    given = arguments()
    try:
        listener = listen(given)
    except (OSError, ValueError, OverflowError) as problem:
        sys.exit("pikachu: cannot listen on %s: %s" % (" ".join(given) or "0.0.0.0:8080", problem))
    detach_stdin()
    die_on_sigterm_as_pid_1()
    Server, Runtime = load()
    runtime = Runtime()
    server = Server(listener, runtime.answer)
    runtime.server_descriptors = server.descriptors
    try:
        server.serve()
    except KeyboardInterrupt:
        os._exit(130)


if __name__ == "__main__":
    main(load)
