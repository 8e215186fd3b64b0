"""Names and words that people give at the exceptions, as they are kept. Raises `BadInput` for what cannot be."""

from dispatcher.domain.errors import BadInput

LONGEST = 1_000
LONGEST_NAME = 80


def named(by: str) -> str:
    """Who does something."""
    by = " ".join(by.split())
    if not by:
        raise BadInput("Nobody says who does this.", "Type your name first.")
    if len(by) > LONGEST_NAME:
        raise BadInput(f"The name has more than {LONGEST_NAME} characters.", "Make it shorter.")
    return _keepable(by)


def spoken(text: str, what: str) -> str:
    """Words that must be there; `what` names them: "the note"."""
    text = text.strip()
    if not text:
        raise BadInput(f"{what[:1].upper()}{what[1:]} is empty.", "Type it.")
    if len(text) > LONGEST:
        raise BadInput(f"{what[:1].upper()}{what[1:]} has more than {LONGEST:,} characters.", "Make it shorter.")
    return _keepable(text)


def _keepable(text: str) -> str:
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BadInput("There are signs in it that cannot be kept.", "Type it anew.")
    return text
