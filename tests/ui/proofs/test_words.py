"""What the queue says, and where the sketch puts things."""

from dataclasses import replace

import pytest

from dispatcher.domain.place import Place
from dispatcher.domain.review import Decision, Flag, FlagKind, Proof, Review
from tests.fixtures import days
from tests.ui.proofs.conftest import Shown
from ui.proofs.sketch import Scene, Sketch, round_length
from ui.proofs.words import CHIPS, Filter, flag_words, tally
from ui.theme import Theme


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        (Flag(FlagKind.FAR, 412.4, 150.0, "m"), "far from the address: 412 m, limit 150 m"),
        (Flag(FlagKind.STALE, 1_260.0, 120.0, "s"), "position old: 21 min, limit 120 s"),
        (Flag(FlagKind.CASH_SHORT, 1_000, 2_550, "minor units"), "cash short: 10.00, limit 25.50"),
        (Flag(FlagKind.MISSING, about="photo"), "proof missing: photo"),
        (Flag(FlagKind.TWIN, 0, 4, "bits", "HEL-9"), "photo as at another stop: 0 bits, limit 4 bits, HEL-9"),
        (Flag(FlagKind.MOCKED), "position made up"),
    ],
)
def test_a_flag_says_what_was_measured(flag: Flag, said: str) -> None:
    assert flag_words(flag).replace("\u00a0", " ") == said


def test_every_flag_has_a_chip() -> None:
    assert set(CHIPS) == set(FlagKind)
    assert len(set(CHIPS.values())) == len(CHIPS)


def decided(proof: Proof, *decisions: Decision) -> Proof:
    reviews = (Review(proof.attempt.key, decision, "Anna", days.clock("18:00")) for decision in decisions)
    return replace(proof, reviews=tuple(reviews))


def test_filters_and_the_tally(shown: Shown) -> None:
    proof = replace(shown.panel.bench.model.proofs[0], flags=(Flag(FlagKind.FAR),))
    queried, answered = decided(proof, Decision.QUERIED), decided(proof, Decision.QUERIED, Decision.ANSWERED)
    accepted, rejected = decided(proof, Decision.ACCEPTED, Decision.NOTED), decided(proof, Decision.REJECTED)
    under = lambda each: {which for which in Filter if which.takes(each)}
    assert under(proof) == {Filter.OPEN, Filter.FLAGGED, Filter.ALL}
    assert under(queried) == {Filter.QUERIED, Filter.ALL}
    assert under(answered) == {Filter.OPEN, Filter.FLAGGED, Filter.QUERIED, Filter.ALL}
    assert under(accepted) == {Filter.ALL}
    assert under(rejected) == {Filter.REJECTED, Filter.ALL}
    proofs = [accepted] * 139 + [queried] * 3 + [rejected]
    assert tally(proofs) == "All 143 proofs are decided: 139 accepted, 3 queried, 1 rejected."
    assert tally([accepted]) == "The only proof is decided: 1 accepted."


@pytest.mark.parametrize(("most", "round_"), [(99.0, 50), (100.0, 100), (4_999.0, 2_000), (7.0, 5)])
def test_the_scale_bar_is_a_round_length(most: float, round_: float) -> None:
    assert round_length(most) == round_


def test_the_sketch_keeps_stop_and_phone_inside_and_north_up(theme: Theme) -> None:
    stop = Place(60.17, 24.94)
    sketch = Sketch(theme)
    sketch.resize(300, 200)
    for phone in (Place(60.1705, 24.9402), Place(60.30, 25.10), stop):
        sketch.show_scene(Scene(stop, phone, 12.0, [[(60.17, 24.94), (60.18, 24.95)]]))
        frame = sketch._frame()
        assert frame is not None
        a, b = frame.at(stop.lat, stop.lon), frame.at(phone.lat, phone.lon)
        assert all(sketch.rect().contains(at.toPoint()) for at in (a, b))
        assert b.y() <= a.y(), "north is up"
        drawn = ((a.x() - b.x()) ** 2 + (a.y() - b.y()) ** 2) ** 0.5 / frame.scale
        assert drawn == pytest.approx(stop.distance_m(phone), rel=0.005, abs=0.1)
        assert not sketch.grab().isNull()
    sketch.deleteLater()


def test_a_sketch_of_nothing_says_so(theme: Theme) -> None:
    sketch = Sketch(theme)
    assert sketch.words == "Neither the stop nor the phone has a known place."
    sketch.show_scene(Scene(Place(60, 24)))
    assert sketch.words == "The phone did not say where it was."
    sketch.deleteLater()
