"""What drivers wrote back to a query: which of their messages answers which question."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from dispatcher.domain.devices import Note
from dispatcher.domain.proof import Attempt
from dispatcher.domain.review import Decision
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.reviewing_chain import Name, ReviewChain


def answers(
    reader: LogbookReader, chain: ReviewChain, number_of: Callable[[Attempt], str]
) -> Iterator[tuple[Name, Note]]:
    """The attempts that wait for an answer and have one: the driver's first word on it since the question."""
    waiting = {name: asked_at for name in chain.came if (asked_at := _asked_at(chain, name))}
    for name, asked_at in waiting.items():
        attempt = chain.came[name].attempt
        others = (chain.came[other].attempt for other in waiting)
        asked = {number_of(other) for other in others if other.driver_id == attempt.driver_id}
        notes = (n for n in reader.notes(attempt.driver_id, since=asked_at) if n.own_words and n.written_at > asked_at)
        answer = next((note for note in notes if _is_about(note.text, number_of(attempt), asked)), None)
        if answer:
            yield name, answer


def _asked_at(chain: ReviewChain, name: Name) -> datetime | None:
    if chain.standing(name) is not Decision.QUERIED:
        return None
    return next(r.at for r in reversed(chain.reviews[name]) if r.decision is Decision.QUERIED)


def _is_about(text: str, number: str, asked: Iterable[str]) -> bool:
    """Whether the words answer the question about this order: they name it, or none that was asked about."""
    named = {each for each in asked if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text, re.IGNORECASE)}
    return number in named or not named
