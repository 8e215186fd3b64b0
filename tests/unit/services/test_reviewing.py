"""Proofs are looked at and decided on, in a real logbook: every decision is a link of the chain, which holds."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.devices import Device
from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.proof import RecordKind
from dispatcher.domain.review import Decision, FlagKind, FlagLimits, Proof
from dispatcher.domain.tracking import Fix, Visit
from dispatcher.proof.chain import verify
from dispatcher.services import sending
from dispatcher.services.driving import attempts_of
from dispatcher.services.home import Home
from dispatcher.services.live import facts_on
from dispatcher.services.logbook import Logbook
from dispatcher.services.reviewing import LONGEST_NOTE, ReviewDesk
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days, onroad
from tests.unit.services.conftest import keep, now, small_day

SIGNED = {"width": 600, "height": 240, "strokes": [[[0.1 + n / 40, 0.4 + (n % 5) / 12, 40 * n] for n in range(20)]]}
NO_LIMITS = FlagLimits(quick_s=None, ink_same=None, missing=False, sample=0.0)


@dataclass
class Evening:
    """The small day, sent, with a phone; the clock goes on a second whenever it is asked."""

    workplace: Workplace
    shift: ShiftId
    phone: Device
    hands: list[datetime]
    """Of the clock that the depot's history goes by."""
    seconds: int = 8 * 3_600
    keys: dict[int, str] = field(default_factory=dict)

    def clock(self) -> datetime:
        self.seconds += 1
        return now() + timedelta(seconds=self.seconds)

    @property
    def desk(self) -> ReviewDesk:
        return ReviewDesk(self.workplace, clock=self.clock)

    @property
    def book(self) -> Logbook:
        assert self.workplace.live
        return self.workplace.live.logbook

    @property
    def order_ids(self) -> Sequence[OrderId]:
        day = self.workplace.store.read(lambda r: r.day(days.DATE))
        return next(route.order_ids for route in day.plan.routes if route.shift_id == self.shift)

    def deliver(self, *places: int, **body: object) -> list[str]:
        """Deliver these stops of the round; the attempts' keys."""
        ids = list(self.order_ids)
        for place in places:
            at = days.clock("11:00") + timedelta(minutes=10 * place)
            said = {"name": "Kim", "ink": SIGNED, **body}
            answer = onroad.act(self.book, self.phone, "deliver", self.shift, at, order_id=ids[place], **said)
            assert answer["taking"] == "taken", answer
            self.keys[place] = answer["key"]
        return [self.keys[place] for place in places]

    def write_back(self, text: str) -> None:
        answer = onroad.act(self.book, self.phone, "note", self.shift, self.clock(), text=text)
        assert answer["taking"] == "taken"

    def limit(self, limits: FlagLimits) -> None:
        depot = self.workplace.depot
        changed = replace(depot, road=replace(depot.road, flags=limits))
        self.workplace.store.write("Limits", lambda uow: uow.put_depot(changed))

    def chain_holds(self) -> bool:
        return verify(self.book.read(lambda r: r.records())) is None


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with evening_in(tmp_path) as made:
        yield made


@contextmanager
def evening_in(tmp_path: Path) -> Iterator[Evening]:
    """One in a folder of its own."""
    home = Home(tmp_path / "home")
    hands = [now()]
    stores = partial(open_store, clock=lambda: hands[0], author="Anna")
    slug = create_depot(home, days.make_depot(), open_store=stores)
    opened = partial(open_workplace, home, slug, open_store=stores, clock=now)
    with opened(open_logbook=partial(open_logbook, clock=now)) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, small_day()))
        day = workplace.store.read(lambda r: r.day(days.DATE))
        shift = next(iter(day.shifts))
        assert workplace.live
        phone = onroad.pair(workplace.live.logbook, day.shifts[shift].driver_id, now())
        sending.send(workplace.live.logbook, workplace.desk.look(day, why=False), now())
        made = Evening(workplace, shift, phone, hands)
        made.limit(NO_LIMITS)
        yield made


def shown(evening: Evening, desk: ReviewDesk | None = None) -> dict[str, Proof]:
    return {proof.attempt.key: proof for proof in (desk or evening.desk).day(days.DATE).proofs}


def kinds(proof: Proof) -> list[FlagKind]:
    return [flag.kind for flag in proof.flags]


# --- looking ------------------------------------------------------------------------------------------------------


def test_a_day_has_its_proofs_in_the_order_they_came(evening: Evening) -> None:
    keys = evening.deliver(1, 0, 2)
    day = evening.desk.day(days.DATE)
    assert [proof.attempt.key for proof in day.proofs] == keys
    order = evening.workplace.store.read(lambda r: r.order(evening.order_ids[1]))
    assert order is not None
    assert (day.proofs[0].number, day.proofs[0].name) == (order.number, order.contact.name)
    assert order.address.line in day.proofs[0].address
    assert day.limits == NO_LIMITS
    assert all(proof.open and not proof.flags for proof in day.proofs)


def test_a_date_without_rounds_is_empty(evening: Evening) -> None:
    assert evening.desk.day(days.DATE + timedelta(days=1)).proofs == ()


def test_what_was_taken_back_is_not_shown(evening: Evening) -> None:
    (key,) = evening.deliver(0)
    desk = evening.desk
    assert key in shown(evening, desk)
    at = days.clock("11:00") + timedelta(seconds=20)
    onroad.act(evening.book, evening.phone, "undo", evening.shift, at, takes_back=key)
    with pytest.raises(KnownError, match="took it back"):
        desk.decide(days.DATE, [key], Decision.ACCEPTED, by="Anna")
    assert shown(evening, desk) == {}


def test_flags_come_from_the_depots_limits_and_follow_them(evening: Evening) -> None:
    keys = evening.deliver(0, 1)
    desk = evening.desk
    assert [kinds(proof) for proof in shown(evening, desk).values()] == [[], []]
    evening.limit(replace(NO_LIMITS, ink_same=0.02))
    proofs = shown(evening, desk)
    assert [kinds(proofs[key]) for key in keys] == [[FlagKind.INK_SAME]] * 2
    assert proofs[keys[0]].flags[0].about == proofs[keys[1]].number


def test_visits_photos_and_the_sequence_planned_are_looked_at(evening: Evening) -> None:
    keys = evening.deliver(3, 0, 1, 2, photos=["ab" * 32])
    ids = evening.order_ids
    arrived = days.clock("11:00") + timedelta(minutes=25)
    evening.book.write(lambda w: w.put_visits(evening.shift, [Visit(evening.shift, ids[1], arrived)]))
    proofs = shown(evening)
    assert kinds(proofs[keys[2]]) == [FlagKind.EARLY, FlagKind.NO_PLACE, FlagKind.TWIN, FlagKind.ABSENT]
    assert FlagKind.OUT_OF_TURN not in kinds(proofs[keys[0]]), "reported first, done last"


def test_an_order_that_was_changed_since_says_how(evening: Evening) -> None:
    evening.deliver(0, 1)
    store = evening.workplace.store
    first, second = (store.read(lambda r, o=o: r.order(o)) for o in evening.order_ids[:2])
    assert first
    assert second
    other = replace(first, address=replace(first.address, line="Elsewhere 7"))
    store.write("Before", lambda uow: uow.put_orders([replace(second, address=other.address)]))
    assert evening.desk.day(days.DATE).changed == {}, "changed before its proof"
    evening.hands[0] += timedelta(hours=8)
    latest = store.read(lambda r: r.orders(evening.order_ids[:2]))
    changes = {first.id: {"address": other.address}, second.id: {"notes": "Ring twice"}}
    store.write("After", lambda uow: uow.put_orders([replace(order, **changes[order.id]) for order in latest]))  # type: ignore[arg-type]
    day = evening.desk.day(days.DATE)
    assert list(day.changed) == [first.id]
    assert "Elsewhere 7" in day.changed[first.id]
    assert [kinds(proof) for proof in day.proofs] == [[FlagKind.ORDER_CHANGED], []]
    evening.workplace.store.undo()
    assert evening.desk.day(days.DATE).changed == {}


def test_progress_is_told_and_it_can_be_cancelled(evening: Evening) -> None:
    evening.deliver(0, 1)
    told: list[float] = []
    evening.desk.day(days.DATE, told=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    desk = evening.desk
    with pytest.raises(Cancelled):
        desk.day(days.DATE, cancel=lambda: True)
    assert len(desk.day(days.DATE).proofs) == 2, "nothing half done is left"


def test_the_sample_stays_the_same(evening: Evening) -> None:
    evening.deliver(0, 1, 2, 3)
    evening.limit(replace(NO_LIMITS, sample=0.5))
    first, again = shown(evening), shown(evening)
    assert [p.sampled for p in first.values()] == [p.sampled for p in again.values()]
    evening.limit(replace(NO_LIMITS, sample=1.0))
    assert all(proof.sampled for proof in shown(evening).values())
    evening.limit(replace(NO_LIMITS, sample=1.0, ink_same=0.02))
    assert not any(proof.sampled for proof in shown(evening).values()), "flagged ones are looked at anyway"


# --- deciding -----------------------------------------------------------------------------------------------------


def test_a_decision_is_a_link_of_the_chain_and_a_later_one_stands(evening: Evening) -> None:
    key, other = evening.deliver(0, 1)
    evening.limit(replace(NO_LIMITS, ink_same=0.02))
    desk = evening.desk
    (proof,) = desk.decide(days.DATE, [key], Decision.REJECTED, by=" Anna  Berg ", note=" No signature ")
    assert (proof.standing, proof.open) == (Decision.REJECTED, False)
    (review,) = proof.reviews
    assert (review.by, review.note, review.flags) == ("Anna Berg", "No signature", (FlagKind.INK_SAME,))
    (proof,) = desk.decide(days.DATE, [key], Decision.ACCEPTED, by="Bo")
    (proof,) = desk.decide(days.DATE, [key], Decision.NOTED, by="Bo", note="Was at the neighbour's")
    assert proof.standing is Decision.ACCEPTED, "a remark decides nothing"
    assert shown(evening)[key] == proof == shown(evening, desk)[key], "a new desk reads the same"
    assert shown(evening)[other].open
    record = evening.book.read(lambda r: r.head())
    assert record is not None
    assert (record.kind, record.key, record.on) == (RecordKind.REVIEW, key, days.DATE.isoformat())
    assert evening.chain_holds()


def test_the_rest_of_the_road_does_not_take_a_review_for_a_drivers_word(evening: Evening) -> None:
    (key,) = evening.deliver(0)
    before = facts_on(evening.book, days.DATE), evening.book.read(lambda r: attempts_of(r, [evening.shift]))
    evening.desk.decide(days.DATE, [key], Decision.ACCEPTED, by="Anna")
    after = facts_on(evening.book, days.DATE), evening.book.read(lambda r: attempts_of(r, [evening.shift]))
    assert before == after


def test_many_are_accepted_at_once_if_none_is_flagged(evening: Evening) -> None:
    keys = evening.deliver(0, 1, 2, 3)
    desk = evening.desk
    decided = desk.decide(days.DATE, keys, Decision.ACCEPTED, by="Anna")
    assert [proof.standing for proof in decided] == [Decision.ACCEPTED] * 4
    assert evening.chain_holds()
    evening.limit(replace(NO_LIMITS, ink_same=0.02))
    desk.day(days.DATE)
    n = evening.book.read(lambda r: r.counts()).records
    with pytest.raises(BadInput, match="flagged"):
        desk.decide(days.DATE, keys, Decision.ACCEPTED, by="Anna")
    assert evening.book.read(lambda r: r.counts()).records == n


@pytest.mark.parametrize("name", ["Anna", "anna ", "ANNA"])
def test_who_rejected_a_proof_cannot_accept_it(evening: Evening, name: str) -> None:
    (key,) = evening.deliver(0)
    desk = evening.desk
    desk.decide(days.DATE, [key], Decision.REJECTED, by="Anna", note="Blurred")
    desk.decide(days.DATE, [key], Decision.QUERIED, by="Anna", note="Which door?")
    with pytest.raises(BadInput, match="second reviewer"):
        desk.decide(days.DATE, [key], Decision.ACCEPTED, by=name)
    assert shown(evening)[key].standing is Decision.QUERIED
    (proof,) = desk.decide(days.DATE, [key], Decision.ACCEPTED, by="Bo")
    assert proof.standing is Decision.ACCEPTED


def test_another_window_s_rejection_counts_too(evening: Evening) -> None:
    (key,) = evening.deliver(0)
    here, there = evening.desk, evening.desk
    here.day(days.DATE)
    there.decide(days.DATE, [key], Decision.REJECTED, by="Anna", note="Blurred")
    with pytest.raises(BadInput, match="second reviewer"):
        here.decide(days.DATE, [key], Decision.ACCEPTED, by="Anna")


@pytest.mark.parametrize(
    ("decision", "by", "note"),
    [(Decision.REJECTED, "Anna", " "), (Decision.QUERIED, "Anna", ""), (Decision.NOTED, "Anna", ""),
     (Decision.ACCEPTED, " ", ""), (Decision.REJECTED, "Anna", "x" * (LONGEST_NOTE + 1)),
     (Decision.REJECTED, "Anna", "\ud800")],
)  # fmt: skip
def test_what_cannot_be_decided_so_is_refused_and_nothing_is_kept(
    evening: Evening, decision: Decision, by: str, note: str
) -> None:
    (key,) = evening.deliver(0)
    n = evening.book.read(lambda r: r.counts()).records
    with pytest.raises(BadInput):
        evening.desk.decide(days.DATE, [key], decision, by=by, note=note)
    assert evening.book.read(lambda r: r.counts()).records == n


def test_one_unknown_proof_among_many_leaves_all_undecided(evening: Evening) -> None:
    keys = evening.deliver(0, 1)
    with pytest.raises(KnownError, match="took it back"):
        evening.desk.decide(days.DATE, [*keys, "gone"], Decision.ACCEPTED, by="Anna")
    assert all(proof.open for proof in shown(evening).values())


def test_a_copy_to_try_things_out_in_decides_nothing(evening: Evening) -> None:
    (key,) = evening.deliver(0)
    desk = ReviewDesk(replace(evening.workplace, what_if=object()), clock=evening.clock)  # type: ignore[arg-type]
    assert len(desk.day(days.DATE).proofs) == 1
    with pytest.raises(KnownError, match="copy"):
        desk.decide(days.DATE, [key], Decision.ACCEPTED, by="Anna")
    without = ReviewDesk(replace(evening.workplace, live=None), clock=evening.clock)
    assert without.day(days.DATE).proofs == ()
    with pytest.raises(KnownError, match="no logbook"):
        without.decide(days.DATE, [key], Decision.ACCEPTED, by="Anna")


# --- questions and answers ----------------------------------------------------------------------------------------


def test_a_question_goes_to_the_driver_and_the_answer_comes_back(evening: Evening) -> None:
    (key,) = evening.deliver(0)
    evening.write_back("Traffic is bad")
    desk = evening.desk
    (proof,) = desk.decide(days.DATE, [key], Decision.QUERIED, by="Anna", note="Who is Kim?")
    (note,) = (n for n in evening.book.read(lambda r: r.notes()) if not n.from_driver)
    assert (note.driver_id, note.text) == (proof.driver_id, f"{proof.number}: Who is Kim?")
    assert shown(evening, desk)[key].standing is Decision.QUERIED, "what was written before is no answer"
    evening.write_back("The neighbour")
    evening.write_back("It rains")
    answered = shown(evening, desk)[key]
    assert (answered.standing, answered.open) == (Decision.ANSWERED, True)
    driver = evening.workplace.store.read(lambda r: r.day(days.DATE)).drivers[proof.driver_id]
    assert (answered.reviews[-1].by, answered.reviews[-1].note) == (driver.name, "The neighbour")
    assert shown(evening, desk)[key] == answered == shown(evening)[key], "answered once"
    assert evening.chain_holds()


def test_an_answer_that_names_an_order_answers_that_one(evening: Evening) -> None:
    first, second = evening.deliver(0, 1)
    desk = evening.desk
    for key in (first, second):
        desk.decide(days.DATE, [key], Decision.QUERIED, by="Anna", note="Who took it?")
    number = shown(evening, desk)[second].number
    evening.write_back(f"{number.lower()}: his daughter")
    proofs = shown(evening, desk)
    assert (proofs[first].standing, proofs[second].standing) == (Decision.QUERIED, Decision.ANSWERED)
    evening.write_back("and the other one too")
    assert shown(evening, desk)[first].standing is Decision.ANSWERED


# --- the map ------------------------------------------------------------------------------------------------------


def test_the_track_around_an_attempt_is_in_lines_with_its_gaps(evening: Evening) -> None:
    (key,) = evening.deliver(0)
    proof = shown(evening)[key]
    at = proof.attempt.at
    minutes = (-30, -5, -4, -3, 2, 3, 20)
    fixes = [Fix(at + timedelta(minutes=m), Place(50.77, 6.08 + m / 1_000), accuracy_m=8.0) for m in minutes]
    fixes.append(Fix(at + timedelta(minutes=-4, seconds=30), Place(0.0, 0.0)))
    onroad.report(evening.book, evening.phone, fixes, at + timedelta(minutes=25))
    lines = evening.desk.track_near(proof)
    assert [[round(lon, 3) for _, lon in line] for line in lines] == [[6.075, 6.076, 6.077], [6.082, 6.083]]
