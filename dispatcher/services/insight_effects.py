"""What the window needs to say what followed a coaching card. Loads pandas; the book itself does not."""

from dispatcher.insight.effects import ENOUGH, Effect, Verdict, part_kind, spans_of
from dispatcher.insight.scorecard import PARTS

__all__ = ["ENOUGH", "PARTS", "Effect", "Verdict", "part_name", "spans_of"]


def part_name(part_id: str) -> str:
    """What a part of the scorecard is called; its id where there is none such any more."""
    kind = part_kind(part_id)
    return kind.name if kind else part_id
