"""What can go wrong in a way that a person can mend.

The lowest module of all: it imports nothing. Every layer raises these two and lets
everything else (a defect) fly to the catch point of its thread, where it is logged.
"""


class BadInput(Exception):
    """What was asked for or handed over can't be used: a file, a field, a knob.

    The text is one sentence for the user: what is wrong with which file or field, and
    what to do. The command line ends with status 2.
    """


class Failure(Exception):
    """Work that began could not be finished: no memory, disk full, loss not finite.

    The text is one sentence for the user. The command line ends with status 1.
    """
