"""What a customer's page says, in the customer's language: words from files, moments by the depot's clock.

Only what is for the customer goes into it; the template escapes every word of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dispatcher.domain.customers import CustomerPage, Wish, WishKind, WishState
from dispatcher.services.wishes_slots import Choice, Choices
from dispatcher.services.wishes_taken import kinds_open, none_left, same_as

NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "fi": "Suomi"}
_STEP = {"waiting": 0, "planned": 0, "out": 1, "here": 1, "visited": 1, "done": 2, "partly": 2, "failed": 2}
_HOW = {"done": "good", "partly": "good", "failed": "bad"}
_AHEAD = ("waiting", "planned", "out")
MOST_SHOWN = 6

type Words = Mapping[str, Any]


def language_of(accepted: str, wanted: str, fallback: str) -> str:
    """The language to speak: the one chosen, else the first of the browser's that is known, else the depot's."""
    ranked: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), name[:2].lower()))
        except ValueError:
            continue
    likes = [wanted, *(name for _, name in sorted(ranked, key=lambda each: each[0])), fallback]
    return next((name for name in likes if name in NAMES), "en")


class Pages:
    """Makes the pages' HTML. Any thread."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the templates and `words`."""
        loader = FileSystemLoader(folder)
        self._env = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, auto_reload=False
        )
        self._words = {name: json.loads((folder / "words" / f"{name}.json").read_bytes()) for name in NAMES}

    def words(self, lang: str) -> Words:
        """All that can be said in a language."""
        words: Words = self._words[lang]
        return words

    def page(self, page: CustomerPage, wishes: Sequence[Wish], choices: Choices, lang: str, now: datetime) -> str:
        """The page of an order."""
        shown = _Shown(page, choices, self._words[lang], lang, now)
        return self._env.get_template("page.html").render(**shown.context(wishes))

    def gone(self, lang: str, *, busy: bool = False) -> str:
        """What a link shows that opens nothing, for whatever reason."""
        return self._env.get_template("gone.html").render(lang=lang, w=self._words[lang], busy=busy)


@dataclass(frozen=True, slots=True)
class _Shown:
    """One page in one language at one moment."""

    page: CustomerPage
    choices: Choices
    w: Words
    lang: str
    now: datetime

    def context(self, wishes: Sequence[Wish]) -> dict[str, Any]:
        body = self.page.body
        stopped = {wish.kind for wish in wishes} & {WishKind.NO_MESSAGES}
        return {
            "lang": self.lang,
            "w": self.w,
            "languages": [{"code": code, "name": name} for code, name in NAMES.items()],
            "depot": body["depot"],
            "tel": "".join(c for c in body["depot"]["phone"] if c in "+0123456789"),
            "state": body["state"],
            "title": self.w["title"].format(number=body["number"]),
            "sender": self.w["from"].format(sender=body["sender"]) if body["sender"] else "",
            "headline": self._headline(),
            "details": [text for text in self._details() if text],
            "steps": self._steps(),
            "agreed": ", ".join(self._windows()) if body["state"] in _AHEAD else "",
            "at": self._clock(self.now),
            "as_of": self.w["as_of"].format(at=self._clock(self.now)),
            "wishes": [self._wish(wish) for wish in _worth_showing(wishes)],
            "asks": [self._ask(kind) for kind in kinds_open(self.page, self.choices) if kind not in stopped],
            "none_left": self.w["none_left"] if none_left(self.page, self.choices) else "",
        }

    # --- how it stands ---

    def _headline(self) -> str:
        body, state = self.page.body, self.page.body["state"]
        name = "planned_day" if state == "planned" and "earliest" not in body else state
        name = "done_at" if state == "done" and "at" in body else name
        if body["kind"] == "collection":
            first, _, rest = name.partition("_")
            collected = f"{first}_collection{'_' if rest else ''}{rest}"
            name = collected if collected in self.w["headline"] else name
        said: dict[str, str] = {"day": self._day(self.page.on)}
        said |= {
            field: self._clock(datetime.fromisoformat(body[key]))
            for field, key in (("from", "earliest"), ("until", "latest"), ("at", "at"))
            if key in body
        }
        text = self.w["headline"][name].format(**said)
        return f"{text[:1].upper()}{text[1:]}"

    def _details(self) -> list[str]:
        body, said = self.page.body, self.w["detail"]
        if body["state"] == "out":
            n = body["before"]
            return [said["next"] if n == 0 else said["before_one"] if n == 1 else said["before"].format(n=n)]
        if body["state"] == "failed":
            why = self.w["why"].get(body["code"], body["why"])
            return [why, said["failed"]]
        if body["state"] in ("done", "partly"):
            return [self.w["handover"].get(body.get("handover", ""), "")]
        return [said.get(body["state"], "")]

    def _windows(self) -> list[str]:
        return [self._span(*map(datetime.fromisoformat, window)) for window in self.page.body["windows"]]

    def _steps(self) -> list[dict[str, Any]]:
        state, collection = self.page.body["state"], self.page.body["kind"] == "collection"
        at = _STEP.get(state)
        if at is None:
            return []
        suffix = "_collection" if collection else ""
        names = list(self.w[f"steps{suffix}"])
        if state == "failed":
            names[2] = self.w[f"step_failed{suffix}"]
        hows = ["past" if n < at else _HOW.get(state, "now") if n == at else "ahead" for n in range(3)]
        return [
            {"name": name, "how": how, "current": n == at}
            for n, (name, how) in enumerate(zip(names, hows, strict=True))
        ]

    # --- wishes ---

    def _wish(self, wish: Wish) -> dict[str, str]:
        done = wish.kind is WishKind.NO_MESSAGES
        return {
            "kind": self.w["kind"][wish.kind.name.lower()],
            "what": wish.text or self._when(wish),
            "state": wish.state.value,
            "verdict": self.w["stopped"] if done else self._verdict(wish),
            "answer": wish.answer if wish.state in (WishState.GRANTED, WishState.DECLINED) else "",
        }

    def _verdict(self, wish: Wish) -> str:
        if wish.state is WishState.OPEN and wish.held_until is not None and self.now < wish.held_until:
            until = wish.held_until.astimezone(ZoneInfo(self.page.body["zone"]))
            return str(self.w["held"].format(until=f"{self._day(until.date())}, {self._clock(until)}"))
        return str(self.w["state"][wish.state.value])

    def _when(self, wish: Wish) -> str:
        if wish.on is None:
            return ""
        if wish.opens_at is None or wish.closes_at is None:
            return self._day(wish.on)
        return f"{self._day(wish.on)}, {self._span(wish.opens_at, wish.closes_at)}"

    def _ask(self, kind: WishKind) -> dict[str, Any]:
        name = kind.name.lower()
        ask: dict[str, Any] = {"kind": name, "name": self.w["kind"][name], "field": self.w["field"][name], "hint": ""}
        if kind is WishKind.DAY:
            ask["days"] = [self._offer(on, ()) for on in self.choices.days]
        if kind is WishKind.SLOT:
            ask["days"] = [self._offer(on, self.choices.on(on)) for on in self.choices.dates]
        if kind is WishKind.SLOT and self.choices.slots:
            ask |= {"name": self.w["kind_slot"], "hint": self.w["slot_hint"]}
        return ask

    def _offer(self, on: date, times: Sequence[Choice]) -> dict[str, Any]:
        short = format_date(on, "EEE", self.lang)
        slots = [(each.opens, each.closes, self._beside(each)) for each in times]
        return {"on": on.isoformat(), "name": self._day(on), "short": short, "slots": slots}

    def _beside(self, choice: Choice) -> str:
        """What one ought to know before one chooses: its price, and how many places are left."""
        said = []
        if choice.slot is not None and choice.slot.rule.price:
            amount = Decimal(choice.slot.rule.price) / 100
            said.append(str(format_currency(amount, self.page.body["currency"], locale=self.lang)))
        if choice.left is not None:
            said.append(self.w["left_one"] if choice.left == 1 else self.w["left"].format(n=choice.left))
        return "".join(f" · {each}" for each in said)

    # --- moments ---

    def _day(self, on: date) -> str:
        return str(format_date(on, self.w["day_pattern"], locale=self.lang))

    def _clock(self, moment: datetime) -> str:
        zone = ZoneInfo(self.page.body["zone"])
        return str(format_time(moment, "HH:mm", tzinfo=zone, locale=self.lang))

    def _span(self, opens: datetime, closes: datetime) -> str:
        return f"{self._clock(opens)}\u2060–\u2060{self._clock(closes)}"  # never broken into two lines


def _worth_showing(wishes: Sequence[Wish]) -> list[Wish]:
    """Of those that take one another's place the one that stands, else the last; the newest first."""
    found: list[Wish] = []
    for wish in sorted(wishes, key=lambda wish: (wish.state is not WishState.OVERTAKEN, wish.at), reverse=True):
        if not any(wish.kind in same_as(other.kind) for other in found):
            found.append(wish)
    return found[:MOST_SHOWN]
