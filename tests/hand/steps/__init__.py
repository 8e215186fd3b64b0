"""The day in the order in which it is played: importing a module puts its steps on the list."""

from tests.hand.steps import planning  # isort: skip
from tests.hand.steps import moving  # isort: skip
from tests.hand.steps import trouble  # isort: skip
from tests.hand.steps import past  # isort: skip
from tests.hand.steps import choosing  # isort: skip
from tests.hand.steps import copies  # isort: skip
from tests.hand.steps import commands  # isort: skip

__all__ = ["choosing", "commands", "copies", "moving", "past", "planning", "trouble"]
