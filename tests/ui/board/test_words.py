"""Every rule, reason and precision has its words."""

import pytest

from dispatcher.domain.place import Precision
from dispatcher.domain.schedule import ReasonCode, Rule, Violation
from ui.board import words


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_is_a_sentence_and_a_short_code(rule: Rule) -> None:
    violation = Violation(rule, 1_500)
    sentence = words.violation_sentence(violation)
    assert sentence[0].isupper() or sentence[0].isdigit()
    assert sentence.endswith(".")
    assert 0 < len(words.violation_code(violation)) <= 16


@pytest.mark.parametrize(
    ("violation", "sentence"),
    [
        (Violation(Rule.LATE, 400), "Arrives 7 min after the window closes."),
        (Violation(Rule.WEIGHT, 12.4), "12 kg too heavy for the vehicle."),
        (Violation(Rule.PARCELS, 1), "1 parcel too many for the vehicle."),
        (Violation(Rule.SKILL, 1, detail="chilled"), "Neither driver nor vehicle has chilled."),
        (Violation(Rule.SKILL, 2), "Neither driver nor vehicle has 2 needed skills."),
        (Violation(Rule.DRIVER, 1, detail="Aino Korhonen"), "Only Aino Korhonen may serve this order."),
        (
            Violation(Rule.CERTIFICATE, 1, detail="Aino’s driving licence ran out on 3 May 2026"),
            "Aino’s driving licence ran out on 3 May 2026.",
        ),
        (Violation(Rule.NO_ROAD, 0), "No road leads there."),
        (Violation(Rule.NO_ROAD, 1_500), "1.5 km from the nearest road."),
    ],
)
def test_amount_and_detail_come_through(violation: Violation, sentence: str) -> None:
    assert words.violation_sentence(violation) == sentence


def test_the_same_sentence_is_said_once() -> None:
    late = Violation(Rule.LATE, 60)
    assert words.sentences([late, Violation(Rule.VOLUME, 5), late]) == (
        "Arrives 1 min after the window closes.",
        "5 l too much for the vehicle.",
    )


def test_every_reason_and_precision_has_words() -> None:
    assert all(words.reason_words(code) for code in ReasonCode)
    assert all(words.precision_words(precision) for precision in Precision)
