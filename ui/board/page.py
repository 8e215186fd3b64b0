"""A sheet of the inspector as one page of rich text: selectable as a whole, wrapping anywhere, at any width."""

from collections.abc import Sequence
from html import escape

from PySide6.QtGui import QFontMetrics

from ui.board.facts import Sheet
from ui.board.parts import Fact, Remark, Shot
from ui.theme import Size, Theme, driver_colour, legible_on


def page_of(sheet: Sheet, theme: Theme) -> str:
    """HTML of the subset that Qt's text documents know. Every word from outside is escaped."""
    parts = (
        _paragraph(sheet.kicker, theme, Size.SMALL, "muted"),
        _title(sheet, theme),
        *(_remark(remark, theme) for remark in sheet.remarks),
        _facts(sheet.ended, theme, "At the door"),
        *(_shot(shot, theme) for shot in sheet.shots),
        _facts(sheet.road, theme, "On the road"),
        _facts(sheet.facts, theme, "As planned" if sheet.road or sheet.ended else ""),
        _facts(sheet.tried, theme, "What stopped the drivers"),
        _facts(sheet.contacts, theme, "Contacts"),
        _section("Notes", sheet.notes, theme),
        _section("Goods", "\n".join(sheet.lines), theme),
    )
    return "".join(parts)


SCHEME = "proof"
"""Of the addresses under which the page finds its pictures; nothing else is ever loaded."""


def _shot(shot: Shot, theme: Theme) -> str:
    """A picture to click, its caption below; or why there is none."""
    words = f"{shot.caption}: {shot.fault}" if shot.fault else shot.caption
    caption = _paragraph(words, theme, Size.SMALL, "muted")
    if not shot.name:
        return caption
    size = f'width="{shot.width}" height="{shot.height}"'
    at = f"{SCHEME}:{escape(shot.name)}"
    margin = f"margin: {theme.grid(1.5)}px 0 {theme.grid(0.5)}px 0;"
    return f'<p style="{margin}"><a href="{at}"><img src="{at}" {size} alt="{_text(shot.caption)}"></a></p>{caption}'


def _style(theme: Theme, size: Size, colour: str, *, bold: bool = False) -> str:
    weight = 600 if bold else 400
    return f"font-size: {size * theme.scale:g}pt; color: {theme.colour(colour).name()}; font-weight: {weight};"


def _text(words: str) -> str:
    return escape(words).replace("\n", "<br>")


def _paragraph(words: str, theme: Theme, size: Size, colour: str, *, above: float = 0, bold: bool = False) -> str:
    style = _style(theme, size, colour, bold=bold)
    return (
        f'<p style="margin: {theme.grid(above)}px 0 {theme.grid(1)}px 0; {style}">{_text(words)}</p>' if words else ""
    )


def _title(sheet: Sheet, theme: Theme) -> str:
    badge = ""
    if sheet.number is not None:
        ground = driver_colour(sheet.number)
        style = f"background-color: {ground.name()}; color: {legible_on(ground).name()};"
        badge = f'<span style="{style}">&nbsp;{sheet.number}&nbsp;</span>&nbsp; '
    style = _style(theme, Size.HEAD, "text", bold=True)
    return f'<p style="margin: 0 0 {theme.grid(2)}px 0; {style}">{badge}{_text(sheet.title)}</p>'


def _remark(remark: Remark, theme: Theme) -> str:
    """A tinted box; the sign goes with the colour."""
    tint = theme.colour(f"{remark.tone}_tint").name()
    style = _style(theme, Size.SMALL, remark.tone)
    cell = f'<td bgcolor="{tint}" style="{style}">⚠ {_text(remark.text)}</td>'
    return _table(f"<tr>{cell}</tr>", theme, above=1.5, padding=1.5)


def _table(rows: str, theme: Theme, *, above: float, padding: float) -> str:
    margin, inside = theme.grid(above), theme.grid(padding)
    return f'<table width="100%" cellspacing="0" cellpadding="{inside}" style="margin-top: {margin}px;">{rows}</table>'


def _facts(facts: Sequence[Fact], theme: Theme, heading: str = "") -> str:
    """Two columns, the first as wide as its longest label."""
    if not facts:
        return ""
    metrics = QFontMetrics(theme.font(Size.SMALL))
    width = max(metrics.horizontalAdvance(fact.label) for fact in facts) + theme.grid(3)
    head = _paragraph(heading, theme, Size.SMALL, "muted", above=3)
    return head + _table("".join(_row(fact, width, theme) for fact in facts), theme, above=2, padding=0.5)


def _row(fact: Fact, label_width: int, theme: Theme) -> str:
    label = _style(theme, Size.SMALL, "muted")
    value = _style(theme, Size.SMALL, fact.tone, bold=fact.tone != "text")
    return (
        f'<tr><td width="{label_width}" style="{label}">{_text(fact.label)}</td>'
        f'<td style="{value}">{_text(fact.value)}</td></tr>'
    )


def _section(heading: str, words: str, theme: Theme) -> str:
    if not words:
        return ""
    head = _paragraph(heading, theme, Size.SMALL, "muted", above=3)
    return head + _paragraph(words, theme, Size.SMALL, "text")
