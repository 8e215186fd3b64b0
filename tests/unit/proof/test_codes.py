"""One-time codes: the known answers of HOTP, tries, lifetime, and that the digits are nowhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import CodeVerdict, OneTimeCode
from dispatcher.proof.codes import TRIES, check, digits_of, hotp, issue, tries_left

SECRET = bytes(range(32))
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
END = NOW + timedelta(hours=16)
RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


def made(order: str = "order-1", attempt: int = 1, salt: bytes = bytes(range(16))) -> OneTimeCode:
    return issue(OrderId(order), attempt, SECRET, opens_at=NOW, expires_at=END, salt=lambda _: salt)


def wrong_for(code: OneTimeCode) -> str:
    return f"{(int(digits_of(code, SECRET)) + 1) % 1_000_000:06}"


@pytest.mark.parametrize("counter", range(10))
def test_the_known_answers_of_rfc_4226(counter: int) -> None:
    assert hotp(b"12345678901234567890", counter) == RFC_4226[counter]


def test_the_digits_can_be_made_again_from_the_secret_alone() -> None:
    code = made()
    assert len(digits_of(code, SECRET)) == 6
    assert digits_of(code, SECRET).isdecimal()
    assert check(code, digits_of(code, SECRET), NOW)[0] is CodeVerdict.RIGHT
    assert check(code, digits_of(code, bytes(32)), NOW)[0] is CodeVerdict.WRONG


def test_codes_differ_by_order_attempt_and_issue() -> None:
    codes = [made(), made("order-2"), made(attempt=2), made(salt=bytes(16))]
    assert len({digits_of(code, SECRET) for code in codes}) == 4


def test_nothing_that_is_kept_holds_the_digits() -> None:
    code = made()
    assert digits_of(code, SECRET) not in repr(code)
    assert digits_of(code, SECRET).encode() not in code.salt + code.digest


def test_a_new_issue_voids_the_former_digits() -> None:
    former, new = made(), made(salt=bytes(range(16, 32)))
    assert check(new, digits_of(former, SECRET), NOW)[0] is CodeVerdict.WRONG


def test_the_sixth_try_is_spent_even_if_right() -> None:
    code: OneTimeCode | None = made()
    assert code is not None
    right, wrong = digits_of(code, SECRET), wrong_for(code)
    for n in range(TRIES):
        assert tries_left(code) == TRIES - n
        verdict, code = check(code, wrong, NOW)
        assert verdict is CodeVerdict.WRONG
    assert tries_left(code) == 0
    assert check(code, right, NOW) == (CodeVerdict.SPENT, code)


def test_a_right_code_stays_right_and_any_other_is_spent_then() -> None:
    code = made()
    _, used = check(code, digits_of(code, SECRET), NOW)
    assert used == replace(code, tries=1, right_at=NOW)
    assert check(used, digits_of(code, SECRET), END + timedelta(days=2)) == (CodeVerdict.RIGHT, used)
    assert check(used, wrong_for(code), NOW) == (CodeVerdict.SPENT, used)


def test_a_code_is_good_to_its_last_moment_and_an_expired_one_costs_no_try() -> None:
    code = made()
    assert check(code, digits_of(code, SECRET), END)[0] is CodeVerdict.RIGHT
    late = END + timedelta(microseconds=1)
    assert check(code, digits_of(code, SECRET), late) == (CodeVerdict.EXPIRED, code)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "１２３４５６", "12345\n", "abcdef", " 123456"])
def test_what_is_no_six_digits_is_wrong_and_counts(typed: str) -> None:
    verdict, code = check(made(), typed, NOW)
    assert code is not None
    assert (verdict, code.tries) == (CodeVerdict.WRONG, 1)


def test_an_order_without_a_code_has_none() -> None:
    assert check(None, "123456", NOW) == (CodeVerdict.NONE, None)
    assert tries_left(None) == 0
