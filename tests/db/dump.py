"""Every row that people edit, just as it is stored."""

from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2

from db.tables import RECORDED, key_of

type Dump = dict[str, list[tuple[object, ...]]]


def dump(file: Path) -> Dump:
    """The recorded tables, each by its key."""
    with closing(dbapi2.connect(str(file))) as connection:
        return {
            table.name: connection.execute(f"SELECT * FROM {table.name} ORDER BY {key_of(table).name}").fetchall()
            for table in RECORDED
        }
