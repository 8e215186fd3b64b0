"""A load is an amount."""

import math

import pytest

from dispatcher.domain.orders import Load


@pytest.mark.parametrize("amount", [math.nan, math.inf])
def test_a_load_is_a_number(amount: float) -> None:
    with pytest.raises(ValueError, match="must be a number"):
        Load(kg=amount)
    with pytest.raises(ValueError, match="must be a number"):
        Load(litres=amount)


@pytest.mark.parametrize("load", [{"kg": -1.0}, {"litres": -0.5}, {"parcels": -1}])
def test_a_load_is_not_negative(load: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        Load(**load)


def test_loads_add_up() -> None:
    assert Load(1.5, 2.0, 3) + Load(0.5, 1.0, 2) == Load(2.0, 3.0, 5)
