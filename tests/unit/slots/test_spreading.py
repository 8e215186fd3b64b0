"""Whole rounds over dates and hours: nobody moves in vain, nobody moves where no driver is to spare."""

from dispatcher.slots.spreading import Roving, spread


def roving(*use: tuple[int, int, dict[int, int]], kind: str = "van") -> Roving:
    """Of dates, seconds later, and orders in slots; the first is how it is."""
    return Roving(kind, use[0][:2], {(on, later): slots for on, later, slots in use})


MONDAY = roving((1, 0, {0: 10}), (2, 0, {1: 10}))


def test_what_fits_stays() -> None:
    assert spread([MONDAY], {("van", 1): 1, ("van", 2): 1}, [10, 99]) == [(1, 0)]
    assert spread([], {}, [1]) == []


def test_the_second_round_goes_to_the_other_day_or_begins_later() -> None:
    shifts = {("van", 1): 2, ("van", 2): 2}
    assert sorted(spread([MONDAY, MONDAY], shifts, [10, 10])) == [(1, 0), (2, 0)]
    late = roving((1, 0, {0: 10}), (1, 1_800, {2: 10}))
    assert spread([late, MONDAY], {("van", 1): 2, ("van", 2): 0}, [10, 10, 10]) == [(1, 1_800), (1, 0)]


def test_without_a_driver_to_spare_it_stays_though_it_is_full() -> None:
    shifts = {("van", 1): 1, ("van", 2): 0, ("truck", 2): 5}
    assert spread([MONDAY], shifts, [0, 99]) == [(1, 0)]
