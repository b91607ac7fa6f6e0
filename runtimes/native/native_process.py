"""Starts programs, tells how they ended, and lets none outlive the proxy's being told to end."""

import os

import _signal

# Python ignores these, and who is started inherits that; programs expect to die of them.
RESTORED = (_signal.SIGPIPE, _signal.SIGXFSZ)

running = set()  # the leaders of process groups that are ours to kill


def spawn(path, arguments, descriptors):
    """Starts it in a process group of its own; descriptors are {its number: ours}."""
    duplicates = [(os.POSIX_SPAWN_DUP2, ours, number) for number, ours in descriptors.items()]
    pid = os.posix_spawn(
        path, [path, *arguments], os.environ, file_actions=duplicates, setpgroup=0, setsigdef=RESTORED
    )
    running.add(pid)
    return pid


def end(pid):
    """Kills what is left of the group and gives the leader's wait status. Until the leader is
    waited for, its number cannot be another's."""
    kill_group(pid)
    running.discard(pid)
    return os.waitpid(pid, 0)[1]


def kill_group(pid):
    try:
        os.killpg(pid, _signal.SIGKILL)
    except OSError:
        pass  # none left, or none that we may kill


def end_all_on_sigterm():
    def handle(*_):
        for pid in running:
            kill_group(pid)
        os._exit(128 + _signal.SIGTERM)

    _signal.signal(_signal.SIGTERM, handle)


def describe_end(status):
    """As in: the program ..."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return "was killed by signal %d (%s)" % (number, _signal.strsignal(number) or "unknown")
    return "ended with exit status %d" % os.WEXITSTATUS(status)


def describe_failed_start(problem):
    """Of the OSError that spawn raised."""
    reason = os.strerror(problem.errno)
    name = max(os.environ, key=lambda name: len(os.environb[os.fsencode(name)]), default=None)
    if problem.errno == 7 and name is not None:  # E2BIG
        return "%s; the largest of its environment variables is %s" % (reason, name)
    return reason


def close(descriptors):
    for fd in descriptors:
        os.close(fd)
