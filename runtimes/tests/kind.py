"""What the protocol's tests need to know of a kind of action.

A kind's sources are one small action for each name below, in its language. An action is
the text of its code, or all of /init's value that differs from a plain text called main.
None stands for what the kind cannot do, with the reason in not_applicable.

    echo            returns its argument
    log             prints "hello stdout" and "hello stderr" and returns its argument
    half            writes "half" without a line feed to both streams, returns its argument
    unicode         prints args.delimiter + " ☃ " + args.delimiter, returns it as {"winter": ...}
    environment     returns the variables whose names begin with __OW_ or P_
    text            returns or prints a text where an object is due
    array           returns ["a", "b"]
    exception       fails with the word unhappy
    exit            ends its process with status 3 in /run
    broken          is code that cannot be loaded
    exit_in_init    ends its process with status 3 while it is loaded
    slow_in_init    prints "loading", then reads the pipe named gate in the container's folder; then as echo
    gate            prints "arrived", then reads the pipe named by args.gate; then as echo
    other_main      has an entry point of another name than main that returns {"called": "niam"}
    package         is an archive with a second file in it, which makes the result {"package": "part"}
"""

DIES = "the connection ends without an answer"


class Absent(Exception):
    """This machine cannot run the kind; the message says what is missing."""


class Kind:
    def __init__(self, name, command, sources, *, outcomes, not_applicable=None, concurrent=False, ends_lines=True):
        """command gives the command line, Absent if there is none. outcomes: for exception, exit and
        exit_in_init DIES or (status, what the error must match)."""
        self.name = name
        self.command = command
        self.sources = sources
        self.outcomes = outcomes
        self.not_applicable = not_applicable or {}
        self.concurrent = concurrent  # whether it runs activations side by side
        self.ends_lines = ends_lines  # whether it knows that a line of the log is unfinished

    def action(self, name):
        """/init's value, without env."""
        source = self.sources[name]
        value = source() if callable(source) else source
        if not isinstance(value, dict):
            value = {"code": value}
        return {"name": name, "main": "main", "binary": False, **value}
