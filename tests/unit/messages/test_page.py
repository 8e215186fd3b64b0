"""The page on messages names every field, filter and word that there is."""

import re
from pathlib import Path

from dispatcher.domain.messages import MessageState
from dispatcher.messages.asking import STOP
from dispatcher.messages.fields import FIELDS
from dispatcher.messages.words import FILTERS

PAGE = (Path(__file__).parents[3] / "docs" / "messages.md").read_text(encoding="utf-8")


def test_every_field_with_its_events() -> None:
    rows = re.findall(r"^\| (`.+`) \| .+ \| (.+) \|$", PAGE, re.MULTILINE)
    listed = {name.strip(" `"): events for names, events in rows for name in names.split(",")}
    assert set(listed) == {field.name for field in FIELDS}
    for field in FIELDS:
        told = listed[field.name]
        named = {event.value for event in field.events}
        assert told in ("all", "all but one-time code") or set(told.split(", ")) == named


def test_every_filter_state_and_stop_word() -> None:
    assert all(f"`{name}`" in PAGE for name in FILTERS)
    assert all(f"| {state.value} |" in PAGE for state in MessageState)
    words = set(PAGE.replace("OPT OUT", "OPTOUT").split())
    missing = {word for word in STOP if not words & {word.upper(), f"{word.upper()},"}}
    assert not missing
