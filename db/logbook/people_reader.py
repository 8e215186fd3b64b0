"""Queries about papers on the depot's people. Nothing here writes."""

from collections.abc import Sequence

from sqlalchemy import select

from db.logbook import people_tables as tables
from db.logbook.dock_reader import SqlDockReader
from dispatcher.domain.papers import Paper, PaperKind


class SqlPeopleReader(SqlDockReader):
    """Implements the services' `PeopleReader`; lives as long as the transaction of its connection."""

    def paper(self, paper_id: str) -> Paper | None:
        return self._first(select(tables.paper.c.body).where(tables.paper.c.id == paper_id), Paper)

    def papers(self, kind: PaperKind, about: str | None = None) -> Sequence[Paper]:
        column = tables.paper.c
        query = select(column.body).where(column.kind == kind.value).order_by(column.at, column.id)
        return self._whole(query if about is None else query.where(column.about == about), Paper)
