"""Papers about people come out as they were, and are found by kind and by whom they are about."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher.domain.papers import Paper, PaperKind
from tests.fixtures.strategies import ids, moments, words

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
bodies = st.dictionaries(words, st.none() | st.booleans() | st.integers(-9, 9) | words | st.lists(words, max_size=3))
papers = st.builds(Paper, id=ids, kind=st.sampled_from(PaperKind), about=words, at=moments, body=bodies)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteLogbook]:
    logbook = open_logbook(tmp_path_factory.mktemp("people"), clock=lambda: NOW)
    yield logbook
    logbook.close()


@settings(max_examples=60, deadline=None)
@given(papers)
def test_a_paper_comes_back_whole(book: SqliteLogbook, paper: Paper) -> None:
    book.write(lambda w: w.put_paper(paper))
    assert book.read(lambda r: r.paper(paper.id)) == paper
    assert paper in book.read(lambda r: r.papers(paper.kind, paper.about))
    book.write(lambda w: w.remove_paper(paper.id))
    assert book.read(lambda r: r.paper(paper.id)) is None


def test_papers_are_found_by_kind_and_by_whom_they_are_about(book: SqliteLogbook) -> None:
    first = Paper("p1", PaperKind.COACHING, "aino", NOW, {"note": "Leave earlier"})
    others = [replace(first, id="p2", about="eero"), replace(first, id="p3", kind=PaperKind.DRILL)]
    later = replace(first, id="p0", at=NOW + timedelta(hours=1))
    book.write(lambda w: [w.put_paper(p) for p in (later, first, *others)])
    assert book.read(lambda r: r.papers(PaperKind.COACHING, "aino")) == [first, later]
    assert book.read(lambda r: r.papers(PaperKind.COACHING)) == [first, others[0], later]
    assert book.read(lambda r: r.papers(PaperKind.TRAINING)) == []
    settled = replace(first, body={"note": "Talked over"})
    book.write(lambda w: w.put_paper(settled))
    assert book.read(lambda r: r.paper("p1")) == settled
