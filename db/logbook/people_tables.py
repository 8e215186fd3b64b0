"""The logbook's table of papers about people."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from db.logbook.tables import metadata

paper = Table(
    "paper",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "kind", "about", "at"),
)
