"""The world's faults, as opposed to ours: a plain sentence for people, with what to do next."""


class KnownError(Exception):
    """Something outside the program is not as it should be.

    `what` says what is wrong and where; `remedy` says what to do. Both are whole sentences for people.
    The command line prints them and exits with 1; the window shows them where the fault arose.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy


class BadInput(KnownError):
    """Data from outside that cannot be used as it is."""


class Cancelled(Exception):
    """The person asked to stop; silent, never shown as an error."""
