"""Where what was learned is put to use, and in which words. How it is learned is `learning.py`'s."""

from calendar import day_name
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dispatcher.domain.ids import OrderId
from dispatcher.domain.learned import Because, Foreseer, Guess, Target, Trial
from dispatcher.domain.orders import Order
from dispatcher.learning.foreseen import FAILS_IN_GENERAL, IN_GENERAL
from dispatcher.services.learning import LearningDesk
from dispatcher.services.slots_view import Enquiry, Offer
from dispatcher.services.workplace import Workplace

if TYPE_CHECKING:
    from dispatcher.insight.cuts import Span

GENERAL = (IN_GENERAL, FAILS_IN_GENERAL)
REASONS = 3
"""Named with a guess."""
OLD = timedelta(days=1)
"""What was learned longer ago is learned again, where there are new days."""


def foreseer_of(workplace: Workplace) -> Foreseer:
    """What this depot has learned, or its plain rules."""
    return LearningDesk(workplace, clock=workplace.clock).foreseer()


def travel_used(trials: Collection[Trial]) -> bool:
    """Whether driving times learned are used: only where they did better on days held out."""
    return any(trial.used for trial in trials if trial.target is Target.TRAVEL)


def due(desk: LearningDesk, known: "Span | None", now: datetime) -> bool:
    """Whether it is time to learn again by itself: once a day, when days were gathered since.

    `known` are the dates there are facts of (`InsightDesk.known`).
    """
    if known is None:
        return False
    trained_at = desk.trained_at
    if trained_at is None:
        return True
    last = max((trial.last for trial in desk.trials() if trial.last), default=None)
    return now - trained_at >= OLD and (last is None or known.last > last)


# --- words ---------------------------------------------------------------------------------------------------------


def minutes_words(seconds: float) -> str:
    """As people say how long something takes: "4 min", "4½ min", "40 s"."""
    if seconds < 55:
        return f"{round(seconds / 5) * 5} s"
    halves = round(seconds / 30)
    return f"{halves // 2}{'½' if halves % 2 else ''} min"


def reasons_words(because: Collection[Because]) -> str:
    """The weightiest reasons in a row, in lower case; empty without any. How the depot is in general is none."""
    telling = [each.words for each in because if each.words and each.words not in GENERAL]
    said = telling[:REASONS]
    return ", ".join(_inside(words) for words in said)


def _inside(words: str) -> str:
    """As within a sentence: names of days and abbreviations keep their capitals."""
    first = words.split()[0]
    return words if first.rstrip("s,") in day_name or first[1:] != first[1:].lower() else words[:1].lower() + words[1:]


def failure_words(guess: Guess) -> str:
    """A chance of failure as a sentence; empty where none was learned."""
    if not guess.learned:
        return ""
    why = reasons_words(guess.because)
    attempts = f"{guess.samples:,} attempt{'' if guess.samples == 1 else 's'}"
    about = "; ".join(part for part in (why, attempts if guess.samples else "") if part)
    return f"Chance that nobody takes it: {guess.value * 100:.0f} %" + (f" — {about}" if about else "")


def service_words(guess: Guess) -> str:
    """A learned service time: "service time learned: 4 min, third floor"."""
    why = reasons_words(guess.because)
    return f"service time learned: {minutes_words(guess.value)}" + (f", {why}" if why else "")


# --- the counter ----------------------------------------------------------------------------------------------------


def with_failure(offers: Collection[Offer], enquiry: Enquiry, foreseer: Foreseer) -> tuple[Offer, ...]:
    """The offers with the chance that the attempt fails in each; as they are where that was not learned."""
    return tuple(_told(offer, foreseer.failure(_probe(enquiry, offer))) for offer in offers)


def _told(offer: Offer, guess: Guess) -> Offer:
    return replace(offer, failure=guess.value, failure_why=failure_words(guess)) if guess.learned else offer


def _probe(enquiry: Enquiry, offer: Offer) -> Order:
    """The order as it would be in this slot."""
    return Order(
        enquiry.order_id or OrderId("enquiry"),
        "",
        offer.slot.on,
        enquiry.address,
        windows=(offer.slot.window,),
        service_s=enquiry.service_s,
        load=enquiry.load,
        skills=enquiry.skills,
    )
