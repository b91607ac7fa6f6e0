"""Listening sockets that an activation left open.

In a warm container that is paused between activations such a socket accepts and never
answers, on an address that may by then belong to somebody else's instance. So it is
shut down. Its descriptor is then made to point at /dev/null rather than closed: the
function's socket object still has the number and will close it one day, when it could
already be a connection of ours. Other sockets stay open, since keeping a connection to
a database across activations is what warm containers are for.
"""

import os

import _socket

DESCRIPTORS = "/proc/self/fd"


class Sockets:
    def __init__(self):
        self.kept = {}  # descriptor -> what it refers to: what already listened after /init

    def remember(self, own):
        """What the action's module opened while it was loaded is its own and stays."""
        self.kept = {fd: target(fd) for fd in foreign(own) if is_listening(fd)}

    def close_listening(self, own):
        """own: the proxy's descriptors, the standard ones included."""
        if count() == len(own):
            return
        for fd in foreign(own):
            if is_listening(fd) and self.kept.get(fd) != target(fd):
                end(fd)


def count():
    """How many descriptors are open; Linux tells since 6.2 and says 0 before."""
    try:
        return os.stat(DESCRIPTORS).st_size
    except OSError:
        return 0


def foreign(own):
    """The function's descriptors, and that of the listing itself, closed by now."""
    try:
        return [fd for fd in map(int, os.listdir(DESCRIPTORS)) if fd not in own]
    except OSError:  # no /proc: nothing to go by
        return []


def target(fd):
    return os.readlink("%s/%d" % (DESCRIPTORS, fd))


def is_listening(fd):
    socket = borrow(fd)
    if socket is None:
        return False
    try:
        return bool(socket.getsockopt(_socket.SOL_SOCKET, _socket.SO_ACCEPTCONN))
    except OSError:
        return False
    finally:
        socket.detach()


def end(fd):
    socket = borrow(fd)
    try:
        socket.shutdown(_socket.SHUT_RDWR)  # wakes a thread that waits in accept()
    except OSError:
        pass
    socket.detach()
    os.dup2(0, fd, inheritable=False)  # descriptor 0 is /dev/null, see proxy.py


def borrow(fd):
    """None when it is no socket. The default timeout would make the function's socket non-blocking."""
    timeout = _socket.getdefaulttimeout()
    _socket.setdefaulttimeout(None)
    try:
        return _socket.socket(fileno=fd)
    except OSError:
        return None
    finally:
        _socket.setdefaulttimeout(timeout)
