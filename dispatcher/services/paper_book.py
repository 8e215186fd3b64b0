"""Papers of one kind as things of one type: read, added and changed, each change in one transaction of the logbook.

Knows nothing of what is in them. Any thread; for a worker thread, since it reads and writes a database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.papers import Paper, PaperKind
from dispatcher.services.holds import writing_logbook
from dispatcher.services.workplace import Workplace

LONGEST_NAME, LONGEST_WORDS = 200, 4_000


class PaperBook[T]:
    """One depot's papers of one kind."""

    def __init__(self, workplace: Workplace, kind: PaperKind, type_: type[T], called: str) -> None:
        """`called`: what people call one of them."""
        self._workplace, self._kind, self._type, self._called = workplace, kind, type_, called

    def read(self, about: str | None = None) -> Sequence[T]:
        """Of one person or of all, by when they were begun; none in a depot without logbook. Raises `KnownError`."""
        if self._workplace.live is None:
            return ()
        papers = self._workplace.live.logbook.read(lambda reader: reader.papers(self._kind, about))
        return [self._told(paper) for paper in papers]

    def add(self, paper_id: str, about: str, at: datetime, thing: T) -> T:
        """One more. Raises `KnownError` where nothing may be written."""
        paper = Paper(paper_id, self._kind, about, at, _body(thing))
        writing_logbook(self._workplace).write(lambda book: book.put_paper(paper))
        return thing

    def change(self, paper_id: str, change: Callable[[T], T]) -> T:
        """What `change` makes of it; nothing is kept if that raises.

        Raises `BadInput` where there is no such paper any more, `KnownError` where nothing may be written.
        """

        def work(book: Any) -> T:
            paper = self._paper(book.paper(paper_id))
            changed = change(self._told(paper))
            book.put_paper(Paper(paper.id, paper.kind, paper.about, paper.at, _body(changed)))
            return changed

        return writing_logbook(self._workplace).write(work)

    def change_beside(self, paper_id: str, change: Callable[[T, Sequence[T]], Mapping[str, T]]) -> None:
        """Change papers about the same person together. Raises as `change` does; nothing is kept then.

        `change` gets this one and all of them, and names by id what becomes of those that change.
        """

        def work(book: Any) -> None:
            paper = self._paper(book.paper(paper_id))
            all_ = {other.id: other for other in book.papers(self._kind, paper.about)}
            changed = change(self._told(paper), [self._told(other) for other in all_.values()])
            for other_id, thing in changed.items():
                book.put_paper(replace(all_[other_id], body=_body(thing)))

        writing_logbook(self._workplace).write(work)

    def remove(self, paper_id: str, allowed: Callable[[T], object] = lambda _thing: None) -> T:
        """Take it out for good; what it was. Raises as `change` does, and what `allowed` raises."""

        def work(book: Any) -> T:
            thing = self._told(self._paper(book.paper(paper_id)))
            allowed(thing)
            book.remove_paper(paper_id)
            return thing

        return writing_logbook(self._workplace).write(work)

    def _paper(self, paper: Paper | None) -> Paper:
        if paper is None or paper.kind is not self._kind:
            raise BadInput(f"There is no such {self._called} any more.", "Look at the list again.")
        return paper

    def _told(self, paper: Paper) -> T:
        try:
            return msgspec.convert(paper.body, self._type)
        except msgspec.ValidationError as fault:
            what = f"A {self._called} about {paper.about} cannot be read: {fault}."
            raise KnownError(what, "Open the depot with the version of Roundhouse that wrote it.") from fault


def _body(thing: object) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(thing)
    return body


def person_named(by: str) -> str:
    """The name of who does something, on one line. Raises `BadInput` without one."""
    name = " ".join(by.split())
    if not name or len(name) > LONGEST_NAME or not _can_be_kept(name):
        raise BadInput("Nobody is named who says so.", f"Type your name first, at most {LONGEST_NAME} signs.")
    return name


def words_of(text: str, missing: str) -> str:
    """What somebody wrote, without the space around it; `missing` says what is wrong if it is nothing."""
    words = text.strip()
    if not words:
        raise BadInput(missing, "Write what it is about, in a sentence or two.")
    if len(words) > LONGEST_WORDS or not _can_be_kept(words):
        raise BadInput("That text cannot be kept.", f"Use at most {LONGEST_WORDS:,} ordinary signs.")
    return words


def _can_be_kept(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
