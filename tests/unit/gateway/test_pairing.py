"""How devices come to be trusted: invitations, links as the apps take them, names, and the end of trust."""

import base64
import json
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from dispatcher.domain.devices import App, Scope
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import DeviceId
from dispatcher.services.pairing import (
    CODE_LASTS,
    add_tracker,
    connect_app,
    digest,
    invite,
    put_device,
    redeem,
    rename,
    revoke,
    tidied,
    trust,
)
from dispatcher.services.pairing_apps import qr
from tests.unit.gateway.conftest import ANNA, BORIS, NOW, Depot

ORIGIN = "https://depot.local:8443"


def test_an_invitation_is_a_link_with_the_code_where_no_log_sees_it(depot: Depot) -> None:
    offer = invite(depot.logbook, driver_id=ANNA, label="Pixel", now=NOW, origin=ORIGIN)
    parts = urlsplit(offer.link)
    assert (parts.netloc, parts.path, parts.query) == ("depot.local:8443", "/driver/", "")
    assert parts.fragment == f"pair={offer.code.replace('-', '')}"
    assert offer.expires_at == NOW + CODE_LASTS
    assert len(qr(offer.link)) <= 41  # version 6: read by any phone from any screen


def test_without_an_origin_the_depots_settings_count(depot: Depot) -> None:
    depot.policy(host="fd00::7", port=9443)
    offer = invite(depot.logbook, driver_id=ANNA, label="", now=NOW)
    assert offer.link.startswith("https://[fd00::7]:9443/driver/#pair=")


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n", "[{}]"])
def test_a_code_is_read_as_people_type_it(depot: Depot, typed: str) -> None:
    offer = invite(depot.logbook, driver_id=ANNA, label="", now=NOW)
    said = typed.format(offer.code.lower().replace("0", "o").replace("1", "l"))
    paired = redeem(depot.logbook, said, unique_id="u\x00\n", label="Pixel\n7", now=NOW)
    assert (paired.device.label, paired.device.unique_id) == ("Pixel 7", "u")


def test_a_new_invitation_voids_the_drivers_former_one_only(depot: Depot) -> None:
    first, other = (invite(depot.logbook, driver_id=d, label="", now=NOW) for d in (ANNA, BORIS))
    second = invite(depot.logbook, driver_id=ANNA, label="", now=NOW)
    with pytest.raises(BadInput, match="wrong, used or expired"):
        redeem(depot.logbook, first.code, unique_id="", label="", now=NOW)
    for offer in (second, other):
        redeem(depot.logbook, offer.code, unique_id="", label="", now=NOW)


@pytest.mark.parametrize("code", ["", "x" * 10_000, "\ud800", "ÄÖÜ", "0000-0000-0000"])
def test_what_is_no_code_is_refused(depot: Depot, code: str) -> None:
    with pytest.raises(BadInput):
        redeem(depot.logbook, code, unique_id="", label="", now=NOW)
    assert depot.logbook.read(lambda r: r.devices()) == []


def test_the_moment_it_expires_a_code_is_no_more(depot: Depot) -> None:
    offer = invite(depot.logbook, driver_id=ANNA, label="", now=NOW)
    with pytest.raises(BadInput):
        redeem(depot.logbook, offer.code, unique_id="", label="", now=offer.expires_at)
    redeem(depot.logbook, offer.code, unique_id="", label="", now=offer.expires_at - timedelta(seconds=1))


def test_every_app_has_a_way_in_with_one_token_for_positions(depot: Depot) -> None:
    for app in App:
        if app in (App.PAGE, App.TRACKER):
            with pytest.raises(BadInput, match="Invite the phone, or name the tracker"):
                connect_app(depot.logbook, app=app, driver_id=ANNA, label="", now=NOW)
            continue
        made = connect_app(depot.logbook, app=app, driver_id=ANNA, label=" Van\t2 ", now=NOW, origin=ORIGIN)
        assert made.device.label == "Van 2"
        assert made.device.driver_id == (None if app is App.SERVER else ANNA)
        told = unquote(made.setup.link) + str(made.setup.fields)
        if app is App.OWNTRACKS:
            told = base64.b64decode(parse_qs(urlsplit(made.setup.link).query)["inline"][0]).decode()
        assert made.token in told
        assert "depot.local" in told
        assert made.setup.steps
        found = depot.logbook.read(lambda r, made=made: r.device_of_token(digest(made.token), Scope.POSITIONS))
        assert found == made.device
        assert depot.logbook.read(lambda r, made=made: r.device_of_token(digest(made.token), Scope.PROOFS)) is None


def test_an_app_that_reports_for_a_driver_needs_one(depot: Depot) -> None:
    with pytest.raises(BadInput, match="Choose a driver"):
        connect_app(depot.logbook, app=App.TRACCAR, driver_id=None, label="", now=NOW)


def test_traccar_client_takes_address_and_settings_from_one_link(depot: Depot) -> None:
    made = connect_app(depot.logbook, app=App.TRACCAR, driver_id=ANNA, label="", now=NOW, origin=ORIGIN)
    parts = urlsplit(made.setup.link)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ORIGIN}/osmand/{made.token}"
    settings = {name: value for name, (value,) in parse_qs(parts.query).items()}
    assert settings["interval"] == "15"
    assert settings["buffer"] == "true"
    assert "id" not in settings, "each phone keeps a name of its own, so that a second one on this link is noticed"


def test_owntracks_takes_its_whole_configuration_from_one_link(depot: Depot) -> None:
    made = connect_app(depot.logbook, app=App.OWNTRACKS, driver_id=ANNA, label="", now=NOW, origin=ORIGIN)
    assert made.setup.link.startswith("owntracks:///config?inline=")
    settings = json.loads(base64.b64decode(parse_qs(urlsplit(made.setup.link).query)["inline"][0]))
    assert settings["_type"] == "configuration"
    assert (settings["mode"], settings["monitoring"]) == (3, 2)
    assert settings["url"] == f"{ORIGIN}/owntracks/{made.token}"
    assert len(qr(made.setup.link)) <= 97  # version 20


def test_owntracks_signs_in_to_a_broker_as_its_device(depot: Depot) -> None:
    connected = depot.connect(App.OWNTRACKS)
    assert [value for _, value in connected.setup.fields] == [connected.device.id]


def test_overland_takes_address_and_token_from_one_link(depot: Depot) -> None:
    made = connect_app(depot.logbook, app=App.OVERLAND, driver_id=ANNA, label="", now=NOW, origin=ORIGIN)
    settings = parse_qs(urlsplit(made.setup.link).query)
    assert settings == {"url": [f"{ORIGIN}/overland"], "token": [made.token], "unique_id": ["yes"]}


def test_a_traccar_server_is_told_in_lines_of_its_file(depot: Depot) -> None:
    made = connect_app(depot.logbook, app=App.SERVER, driver_id=None, label="", now=NOW, origin=ORIGIN)
    lines = dict(made.setup.fields)
    assert lines["forward.url"] == f"{ORIGIN}/traccar"
    assert lines["forward.type"] == "json"
    assert lines["forward.header"] == f"Authorization: Bearer {made.token}"
    assert lines["forward.retry.enable"] == "true"


def test_a_tracker_is_known_by_its_name_in_the_server(depot: Depot) -> None:
    tracker = add_tracker(depot.logbook, unique_id=" imei-2 ", driver_id=ANNA, label="Van 2", now=NOW)
    assert depot.logbook.read(lambda r: r.tracker("imei-2")) == tracker
    with pytest.raises(BadInput, match="known already"):
        add_tracker(depot.logbook, unique_id="imei-2", driver_id=BORIS, label="", now=NOW)
    with pytest.raises(BadInput, match="needs the identifier"):
        add_tracker(depot.logbook, unique_id=" \n", driver_id=ANNA, label="", now=NOW)
    revoke(depot.logbook, tracker.id, now=NOW)
    again = add_tracker(depot.logbook, unique_id="imei-2", driver_id=BORIS, label="Van 3", now=NOW)
    assert (again.id, again.driver_id, again.trusted) == (tracker.id, BORIS, True)


def test_devices_are_renamed_and_revoked_once(depot: Depot) -> None:
    device = depot.connect().device
    assert rename(depot.logbook, device.id, "Ford\n" + "x" * 500).label == "Ford " + "x" * 115
    assert revoke(depot.logbook, device.id, now=NOW).revoked_at == NOW
    assert revoke(depot.logbook, device.id, now=NOW + CODE_LASTS).revoked_at == NOW, "the first moment counts"
    for change in (
        lambda: rename(depot.logbook, DeviceId("x"), ""),
        lambda: revoke(depot.logbook, DeviceId("x"), now=NOW),
    ):
        with pytest.raises(BadInput, match="not known"):
            change()


def test_every_change_of_trust_shows(depot: Depot) -> None:
    seen = [depot.logbook.read(trust)]

    def changed() -> bool:
        seen.append(depot.logbook.read(trust))
        return seen[-1] != seen[-2]

    device = depot.connect().device
    assert changed()
    revoke(depot.logbook, device.id, now=NOW)
    assert changed()
    depot.page()
    assert changed()
    depot.logbook.write(lambda w: put_device(w, device))
    assert changed()


def test_a_code_is_cut_before_it_is_looked_at() -> None:
    assert tidied("abcd-efgh-jkmn") == "ABCDEFGHJKMN"
    assert len(tidied("A" * 10**6)) == 80


def test_a_qr_code_is_a_square_of_modules() -> None:
    modules = qr("https://depot.local")
    assert {len(row) for row in modules} == {len(modules)}
    assert modules[0][:8] == (True,) * 7 + (False,)
