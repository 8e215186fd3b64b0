"""What crews can do in slots: worked examples."""

from dispatcher.slots.capacity import Crew, Ground, Hours, capacity

H = 3_600
NEAR, FAR = Ground(600.0, 0, 0), Ground(600.0, 1_800, 1_800)
ALL_DAY = Crew(1, 8 * H, 16 * H, 100)


def test_one_driver_serves_six_an_hour() -> None:
    found = capacity([ALL_DAY], [NEAR], [[0]], [Hours(0, 8 * H, 10 * H), Hours(0, 10 * H, 16 * H)])
    assert found.orders == (12, 36)
    assert found.best


def test_the_way_out_and_home_is_not_served_in() -> None:
    found = capacity([ALL_DAY], [FAR], [[0]], [Hours(0, 8 * H, 10 * H), Hours(0, 14 * H, 16 * H)])
    assert found.orders == (9, 9)


def test_two_areas_share_one_driver_by_what_is_asked_of_them() -> None:
    slots = [Hours(0, 8 * H, 12 * H), Hours(1, 8 * H, 12 * H)]
    assert capacity([ALL_DAY], [NEAR, NEAR], [[0, 900], [900, 0]], slots).orders in ((24, 0), (0, 24))
    both = capacity([Crew(2, 8 * H, 16 * H, 100)], [NEAR, NEAR], [[0, 900], [900, 0]], slots)
    assert both.orders == (24, 24)
    assert both.drivers == (1, 1)


def test_going_over_takes_time_off_the_later_slot() -> None:
    slots = [Hours(0, 8 * H, 12 * H), Hours(1, 12 * H, 16 * H)]
    assert capacity([ALL_DAY], [NEAR, NEAR], [[0, 1_800], [1_800, 0]], slots).orders == (24, 21)


def test_vehicles_and_contracts_limit_the_day() -> None:
    small = Crew(2, 8 * H, 16 * H, 10)
    assert sum(capacity([small], [NEAR], [[0]], [Hours(0, 8 * H, 12 * H), Hours(0, 12 * H, 16 * H)]).orders) == 20


def test_slots_that_overlap_share_their_hours() -> None:
    slots = [Hours(0, 8 * H, 12 * H), Hours(0, 10 * H, 14 * H)]
    found = capacity([ALL_DAY], [NEAR], [[0]], slots)
    assert sum(found.orders) == 36
    assert min(found.orders) == 18


def test_without_crews_or_in_the_wrong_hours_nothing_fits() -> None:
    assert capacity([], [NEAR], [[0]], [Hours(0, 8 * H, 12 * H)]).orders == (0,)
    late = capacity([ALL_DAY], [NEAR], [[0]], [Hours(0, 18 * H, 20 * H), Hours(0, 8 * H, 12 * H)])
    assert late.orders == (0, 24)
    assert capacity([ALL_DAY], [NEAR], [[0]], []).orders == ()


def test_sixty_drivers_of_several_kinds_in_many_slots_are_divided() -> None:
    grounds = [Ground(420.0 + 30 * n, 300 * n, 300 * n) for n in range(6)]
    between = [[0 if a == b else 600 + 60 * abs(a - b) for b in range(6)] for a in range(6)]
    slots = [Hours(a, h * H, (h + 2) * H, 1 + a) for a in range(6) for h in (8, 10, 12, 14, 16)]
    crews = [Crew(20, 7 * H, 15 * H, 60), Crew(20, 8 * H, 17 * H, 80), Crew(20, 10 * H, 19 * H, 80)]
    found = capacity(crews, grounds, between, slots, search_s=3.0)
    assert min(found.orders) > 0
    assert sum(found.orders) <= 20 * 60 + 40 * 80
