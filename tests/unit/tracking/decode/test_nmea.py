"""NMEA's sentences."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Source
from dispatcher.tracking.decode import Message, decode
from tests.unit.tracking.decode.samples import GGA, GLL, NMEA_SECOND, NOW, RMC, sentence

AT = datetime(2026, 11, 24, 8, 0, 0, 250000, tzinfo=UTC)


def read(*lines: str, now: datetime = NOW) -> Decoded:
    return decode(Source.NMEA, Message(body="\r\n".join(lines).encode()), now=now)


def rmc(clock: str, day: str, status: str = "A") -> str:
    return sentence(f"GPRMC,{clock},{status},6010.19136,N,02456.30274,E,0.0,0.0,{day},,,A")


def near(place: Place) -> bool:
    return place.distance_m(Place(60.169856, 24.938379)) < 0.1


def test_rmc():
    (fix,) = read(RMC).fixes
    assert fix.at == AT
    assert near(fix.place)
    assert fix.speed_mps == pytest.approx(10.0, abs=0.01)
    assert (fix.heading_deg, fix.valid, fix.mock) == (184.27, True, False)


def test_sentences_of_the_same_second_are_one_position():
    (fix,) = decode(Source.NMEA, NMEA_SECOND, now=NOW).fixes
    assert (fix.at, fix.altitude_m, fix.extras) == (AT, 31.5, {"sat": 10.0, "hdop": 0.7})
    assert fix.speed_mps == pytest.approx(10.0, abs=0.01)
    assert read(GLL, GGA, RMC).fixes == read(RMC, GGA, GLL).fixes == (fix,)


def test_south_and_west_are_negative():
    (fix,) = read("$GPRMC,161223.000,A,2517.0545,S,05739.1788,W,0.0,0.0,011116,,,A").fixes
    assert (fix.place.lat, fix.place.lon) == (pytest.approx(-25.284242), pytest.approx(-57.652980))


@pytest.mark.parametrize("talker", ["GP", "GN", "GL", "GA", "BD"])
def test_talkers(talker):
    assert len(read(sentence(f"{talker}GLL,6010.19136,N,02456.30274,E,080000,A,A")).fixes) == 1


def test_height_alone_takes_the_day_of_arrival():
    assert read(GGA).fixes[0].at == AT
    late = datetime(2026, 11, 24, 0, 0, 5, tzinfo=UTC)
    before = sentence("GPGGA,235958,6010.19136,N,02456.30274,E,1,10,0.7,31.5,M,17.0,M,,")
    assert read(before, now=late).fixes[0].at == late - timedelta(seconds=7)


def test_height_takes_the_day_of_the_message_s_rmc_also_over_midnight():
    gga = sentence("GPGGA,000001,6010.19136,N,02456.30274,E,1,10,0.7,31.5,M,17.0,M,,")
    first, second = read(rmc("235959", "010326"), gga).fixes
    assert (first.at, second.at) == (
        datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC),
    )
    assert read(GGA, rmc("080001", "241126")).fixes[0].at == AT


def test_a_day_of_sentences_keeps_each_its_own_day():
    fixes = read(rmc("120000", "010326"), rmc("120000", "020326"), rmc("120000", "030326")).fixes
    assert [fix.at.day for fix in fixes] == [1, 2, 3]


@pytest.mark.parametrize(
    "line",
    [
        rmc("080000", "241126", "V"),
        sentence("GPGGA,080000,6010.19136,N,02456.30274,E,0,00,9.9,31.5,M,17.0,M,,"),
        sentence("GPGLL,6010.19136,N,02456.30274,E,080000,V,N"),
    ],
)
def test_without_a_fix_a_position_is_not_valid(line):
    assert [fix.valid for fix in read(line).fixes] == [False]


def test_one_sentence_without_a_fix_spoils_the_second():
    gga = sentence("GPGGA,080000.250,6010.19136,N,02456.30274,E,0,00,9.9,31.5,M,17.0,M,,")
    assert [fix.valid for fix in read(RMC, gga).fixes] == [False]


def test_a_receiver_that_sees_nothing_still_lives():
    assert read(sentence("GPRMC,,V,,,,,,,,,,N")).events == (DeviceEvent(NOW, EventKind.HEARTBEAT, "no fix"),)
    assert read("$GPGGA,115900,,,,,0,00,,,M,,M,,").events[0].at == NOW - timedelta(minutes=1)


def test_a_simulated_position_is_told():
    assert read(sentence("GPRMC,080000,A,6010.1,N,02456.3,E,0,0,241126,,,S")).fixes[0].mock
    assert read(sentence("GPGGA,080000,6010.1,N,02456.3,E,8,10,0.7,31.5,M,17.0,M,,")).fixes[0].mock


def test_the_checksum_is_checked_when_there():
    wrong = RMC.replace("19.44", "99.44")
    assert (read(wrong).fixes, "checksum" in read(wrong).faults[0].what) == ((), True)
    assert len(read(RMC.partition("*")[0]).fixes) == 1
    assert "cut off" in read(RMC[:-2]).faults[0].what
    assert len(read(RMC.replace("*", " * ")).fixes) == 1


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("", ""),
        ("355096030432529", "355096030432529"),
        ("4711/022789000688081/", "022789000688081"),
        ("99000056,", "99000056"),
    ],
)
def test_what_stands_before_the_dollar_sign_names_the_tracker(prefix, name):
    decoded = read(prefix + RMC)
    assert (decoded.unique_id, len(decoded.fixes)) == (name, 1)


def test_a_tag_block_is_no_name():
    assert read("\\g:1-2-1234*58\\" + RMC).unique_id == ""


@pytest.mark.parametrize(
    "body",
    [
        "GPRMC,080000,X,6010.1,N,02456.3,E,0,0,241126,,,A",
        "GPRMC,080000,A,,,,,0,0,241126,,,A",
        "GPRMC,080000,A,6060.1,N,02456.3,E,0,0,241126,,,A",
        "GPRMC,080000,A,6010.1,E,02456.3,N,0,0,241126,,,A",
        "GPRMC,080000,A,6010.1,NS,02456.3,E,0,0,241126,,,A",
        "GPRMC,080000,A,9910.1,N,02456.3,E,0,0,241126,,,A",
        "GPRMC,080000,A,-6010.1,N,02456.3,E,0,0,241126,,,A",
        "GPRMC,250000,A,6010.1,N,02456.3,E,0,0,241126,,,A",
        "GPRMC,08,A,6010.1,N,02456.3,E,0,0,241126,,,A",
        "GPRMC,080000,A,6010.1,N,02456.3,E,0,0,311126,,,A",
        "GPRMC,080000,A,6010.1,N,02456.3,E,0,0,2026,,,A",
        "GPRMC,080000,A,6010.1,N,02456.3,E,0,0,011196,,,A",
        "GPRMC,٠٨٠٠٠٠,A,6010.1,N,02456.3,E,0,0,241126,,,A",
    ],
)
def test_a_wrong_field_is_a_fault_of_that_line_alone(body):
    decoded = read(RMC, sentence(body), rmc("080002", "241126"))
    assert (len(decoded.fixes), [fault.part for fault in decoded.faults]) == (2, [1])


def test_other_sentences_are_legal_and_other_lines_are_not():
    decoded = read(sentence("GPVTG,184.3,T,,M,19.4,N,36.0,K"), "$PGID,359853000144328*0F", "", "hello")
    assert (decoded.fixes, decoded.events, [fault.part for fault in decoded.faults]) == ((), (), [2])


def test_a_sentence_in_the_query():
    query = "gprmc=" + RMC.replace("$", "%24").replace(",", "%2C")
    assert len(decode(Source.NMEA, Message("GET", query), now=NOW).fixes) == 1


def test_nothing_is_legal():
    assert read("") == Decoded()
