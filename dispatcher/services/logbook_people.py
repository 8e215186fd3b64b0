"""The part of the logbook's port about the depot's people: papers written about them."""

from collections.abc import Sequence
from typing import Protocol

from dispatcher.domain.papers import Paper, PaperKind


class PeopleReader(Protocol):
    """What can be asked of one moment of the logbook."""

    def paper(self, paper_id: str) -> Paper | None: ...
    def papers(self, kind: PaperKind, about: str | None = None) -> Sequence[Paper]:
        """Of one person or of all, by when they were begun."""


class PeopleWriter(PeopleReader, Protocol):
    """What can be written of it within a transaction."""

    def put_paper(self, paper: Paper) -> None:
        """Insert or replace by id."""

    def remove_paper(self, paper_id: str) -> None: ...
