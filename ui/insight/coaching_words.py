"""What coaching and training say: how a card stands, what it is tied to, what followed, lines of lists. Knows no Qt."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from dispatcher.services.insight_coaching import CardState, CoachingCard
from dispatcher.services.insight_effects import Effect, Verdict, part_name
from dispatcher.services.training import Proposed, TrainingItem, TrainingKind, TrainingState
from ui import format as fmt
from ui.insight.coaching_feed import People
from ui.insight.lines import Head, Line
from ui.insight.words import number, span_words

STATES = {
    CardState.DUE: ("Due", "risk"),
    CardState.OPEN: ("Open", "text"),
    CardState.SETTLED: ("Settled", "done"),
}
TRAINING = {
    TrainingState.OVERDUE: ("Overdue", "late"),
    TrainingState.DUE: ("To do", "text"),
    TrainingState.DONE: ("Done", "done"),
}
KINDS = {
    TrainingKind.COACHING: "Coaching",
    TrainingKind.SHADOWING: "Shadowing",
    TrainingKind.COURSE: "Course",
    TrainingKind.DRILL: "Drill",
    TrainingKind.CERTIFICATE: "Certificate",
}
CARD_HEADS = (Head("State"), Head("Follow-up"), Head("About"), Head("Stop"), Head("Note"))
ALL_HEADS = (CARD_HEADS[0], CARD_HEADS[1], Head("Driver"), *CARD_HEADS[2:])
PLAN_HEADS = (Head("State"), Head("Due"), Head("Kind"), Head("What"), Head("Done"), Head("By"))
PROPOSED_HEADS = (Head("Proposed"), Head("Kind"), Head("By when"), Head("Why"))
PERSON_HEADS = (Head("Person"), Head("To do", True), Head("Overdue", True))
NOT_WHY = "It shows what followed, not why: what went badly often gets better by itself."


def day_words(day: date | None, today: date) -> str:
    """With the year where it is another one."""
    if day is None:
        return "–"
    return fmt.weekday_date(day) if day.year == today.year else f"{fmt.weekday_date(day)} {day.year}"


def short(text: str) -> str:
    """On one line."""
    return " ".join(text.split())


def card_line(card: CoachingCard, people: People, *, driver: bool) -> Line:
    """A row of a list of cards."""
    word, token = STATES[card.state(people.today)]
    stop = card.number or ("whole round" if card.shift_id else "–")
    day = day_words(card.follow_up, people.today)
    texts, sorts = [word, day], [word, card.follow_up]
    if driver:
        name = people.name_of(card.driver_id)
        texts, sorts = [*texts, name], [*sorts, name.casefold()]
    rest = [part_name(card.part_id), stop, short(card.note)]
    tones = (token, token if token == "risk" else "", *[""] * (len(texts) + len(rest) - 2))
    return Line((*texts, *rest), (*sorts, *rest), tones, card)


def tied_words(card: CoachingCard, people: People) -> str:
    """What a card is about: "On time, Mon 9 Nov, order A1: 12 min late"."""
    where = f"order {card.number}" if card.number else "the whole round" if card.shift_id else ""
    day = day_words(card.on, people.today) if card.on else "the part as a whole"
    found = ", ".join(part for part in (part_name(card.part_id), day, where) if part)
    return f"{found}: {card.what}" if card.what else found


def told_words(card: CoachingCard | TrainingItem, zone: ZoneInfo) -> str:
    """Who wrote it, and all that was done since, a line each."""
    first = f"{fmt.weekday_date(card.at.astimezone(zone).date())} {card.by}: written"
    rest = (f"{fmt.weekday_date(t.at.astimezone(zone).date())} {t.by}: {t.what}" for t in card.told)
    return "\n".join((first, *rest))


def effect_words(effect: Effect | None) -> tuple[str, str]:
    """What can fairly be said of what followed, and the theme's token of it."""
    if effect is None:
        return "The scorecard has no such part any more, so nothing is measured.", "muted"
    unit = effect.measure.unit
    before = f"{number(effect.before.value)} {unit}" if effect.before.value is not None else "nothing measured"
    said = f"Before: {before} ({_rows(effect, before=True)}, {span_words(effect.before_span)})."
    if effect.after_span is None:
        return f"{said} What followed is measured from tomorrow on.", "muted"
    after = f"{number(effect.after.value)} {unit}" if effect.after.value is not None else "nothing measured"
    said = f"{said} Since: {after} ({_rows(effect, before=False)}, {span_words(effect.after_span)})."
    match effect.verdict:
        case Verdict.TOO_FEW:
            few = _rows(effect, before=effect.before.rows < effect.after.rows)
            return f"{said} {few[0].upper()}{few[1:]}: too few to say.", "muted"
        case Verdict.CHANCE:
            return f"{said} No more of a difference than chance alone makes.", "muted"
        case Verdict.BETTER:
            return f"{said} Better, by more than chance alone mostly makes. {NOT_WHY}", "done"
        case _:
            return f"{said} Worse, by more than chance alone mostly makes. {NOT_WHY}", "risk"


def _rows(effect: Effect, *, before: bool) -> str:
    figure = effect.before if before else effect.after
    return fmt.count(figure.rows, effect.measure.table.value.removesuffix("s"))


def plan_line(item: TrainingItem, people: People) -> Line:
    """A row of a person's plan."""
    state = item.state(people.today)
    word, token = TRAINING[state]
    done = day_words(item.done_on, people.today) if item.done_on else ""
    texts = (word, day_words(item.due, people.today), KINDS[item.kind], short(item.what), done, item.done_by or item.by)
    late = token if state is TrainingState.OVERDUE else ""
    return Line(texts, (word, item.due, *texts[2:]), (token, late, "muted", "", "muted", "muted"), item)


def item_words(item: TrainingItem, zone: ZoneInfo) -> str:
    """Why it is in the plan, what came of it, and all that was done about it."""
    why = f"Proposed: {item.reason}" if item.reason else ""
    return "\n".join(part for part in (why, item.note, told_words(item, zone)) if part)


def proposed_line(each: Proposed, today: date) -> Line:
    """A row of what could be put into a plan."""
    texts = (each.what, KINDS[each.kind], day_words(each.due, today), each.reason)
    return Line(texts, (each.what, KINDS[each.kind], each.due, each.reason), ("", "muted", "", "muted"), each)


def persons_of(people: People, also: Sequence[str]) -> list[str]:
    """Who has a plan or could have one: active drivers by name, then people at the depot by theirs."""
    drivers = sorted((d.name.casefold(), i) for i, d in people.drivers.items() if d.active)
    known = [driver_id for _, driver_id in drivers]
    others = {item.about for item in people.items} | set(filter(None, also))
    return [*known, *sorted(others - set(known), key=lambda about: people.name_of(about).casefold())]


def person_line(about: str, people: People) -> Line:
    """A row of the list of people."""
    states = [item.state(people.today) for item in people.plan_of(about)]
    overdue, done = states.count(TrainingState.OVERDUE), states.count(TrainingState.DONE)
    ahead, name = len(states) - done, people.name_of(about)
    counts = (ahead, overdue)
    texts = (name, *(f"{n:,}" if n else "–" for n in counts))
    return Line(texts, (name.casefold(), *counts), ("", "", "late" if overdue else "muted"), about)
