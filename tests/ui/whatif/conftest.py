"""What tests of the what-if form share: a depot with a real store, and a runner."""

from collections.abc import Iterator

import pytest

from dispatcher.services.workplace import Workplace
from tests.unit.services.conftest import workplace
from ui.runner import OpRunner

__all__ = ["workplace"]


@pytest.fixture
def runner(workplace: Workplace) -> Iterator[OpRunner]:
    """Ends before the store does."""
    runner = OpRunner(workplace.store)
    yield runner
    runner.shutdown()
