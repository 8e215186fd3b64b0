"""Changes of papers on the depot's people."""

from db.logbook import people_tables as tables
from db.logbook.dock_writer import SqlDockWriter
from db.logbook.people_reader import SqlPeopleReader
from dispatcher.domain.papers import Paper


class SqlPeopleWriter(SqlPeopleReader, SqlDockWriter):
    """Implements the services' `PeopleWriter`. Reads see its own changes."""

    def put_paper(self, paper: Paper) -> None:
        self._keep(tables.paper, paper)

    def remove_paper(self, paper_id: str) -> None:
        self._remove(tables.paper, id=paper_id)
