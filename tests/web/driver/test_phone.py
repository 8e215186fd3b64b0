"""The phone itself: being let in and shut out, where it is, messages, loading, and a page fit for a thumb."""

import json
import re
import ssl
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from dispatcher.domain.devices import Note
from dispatcher.domain.tracking import StoredFix
from dispatcher.services.pairing import revoke
from tests.fixtures.phone import ROOT, Driver, Gateway, Phone, a_stop, lines
from tests.web.driver.conftest import MakePhone

EASY = {"signature": "off", "name": "off"}
PAGE = ROOT / "resources" / "web" / "driver"
FIRST_LOAD_BYTES = 200_000


def track(driver: Driver) -> list[StoredFix]:
    """Every fix of this driver's that was kept."""
    every = driver.gateway.logbook.read(lambda reader: reader.fixes_after(0))
    return [fix for fix in every if fix.driver_id == driver.id]


def look_again(phone: Phone) -> None:
    """Come back to the page, which asks the depot at once then."""
    phone.page.evaluate("dispatchEvent(new Event('focus'))")


# --- the page itself ----------------------------------------------------------------------------------------------


def test_the_service_worker_keeps_every_file_and_they_are_few() -> None:
    worker = (PAGE / "sw.js").read_text(encoding="utf-8")
    found = re.search(r"const FILES = (\[.*?\]);", worker, re.DOTALL)
    assert found
    kept = json.loads(re.sub(r",\s*\]", "]", found[1]))
    there = {file.name for file in PAGE.iterdir()} - {"sw.js", "index.html"} | {"./"}
    assert sorted(kept) == sorted(there)
    assert sum(file.stat().st_size for file in PAGE.iterdir()) <= FIRST_LOAD_BYTES


def test_no_data_is_read_as_markup() -> None:
    unsafe = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(")
    for file in PAGE.glob("*.js"):
        assert not unsafe.search(file.read_text(encoding="utf-8")), file


def test_the_page_stands_under_the_depots_own_certificate(gateway: Gateway) -> None:
    with urllib.request.urlopen(f"{gateway.origin}/driver/", context=gateway.trust) as answer:
        assert b"main.js" in answer.read()
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{gateway.origin}/driver/", context=ssl.create_default_context())


def test_names_and_notes_are_shown_as_they_were_written(driver: Driver, phone: Phone) -> None:
    nasty = "<img src=x onerror=alert(1)> & “Ёж” 日本 ${1}"
    driver.send(a_stop(1, name=nasty, address=nasty, notes=f"{nasty}\nsecond line", lines=[], phone=""))
    phone.pair()
    phone.sees(".where", nasty)
    phone.open("stop/order-1")
    phone.sees(".note .as-written", "second line")
    phone.sees(".note .as-written", nasty)
    phone.sees_no("img")


# --- being let in, and out ----------------------------------------------------------------------------------------


def test_a_phone_that_nobody_knows_says_what_to_do(gateway: Gateway, phone: Phone) -> None:
    phone.page.goto(gateway.origin + "/driver/")
    phone.sees("h1 >> nth=1", "This phone is not connected")
    phone.press("Connect")
    phone.sees(".lack", "Type the code first.")
    phone.page.get_by_label("Or paste the link").fill("WRON-GCOD-EXXX")
    phone.press("Connect")
    phone.sees(".lack", "This code is wrong, used or expired. Ask the dispatcher for a new one.")


def test_a_code_is_good_once_and_leaves_no_trace_in_the_address(driver: Driver, make_phone: MakePhone) -> None:
    driver.send(a_stop(1))
    link = driver.invitation()
    first, second = make_phone(driver), make_phone(driver)
    first.page.goto(link)
    first.sees(".banner.new", "Your round: 1 stop")
    assert "pair" not in first.page.url
    second.page.goto(link)
    second.sees(".lack", "This code is wrong, used or expired.")
    second.page.reload()
    second.sees("h1 >> nth=1", "This phone is not connected")
    assert second.page.get_by_label("Or paste the link").input_value() == ""


def test_before_a_round_was_sent_it_says_so(driver: Driver, phone: Phone) -> None:
    phone.pair()
    phone.sees(".empty", "No round has been sent to you yet.")
    driver.send(a_stop(1))
    look_again(phone)
    phone.sees(".banner.new", "Your round: 1 stop")


def test_a_phone_that_was_shut_out_keeps_what_waits(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1, needs=EASY))
    phone.pair()
    device = driver.gateway.logbook.read(lambda reader: reader.devices())[-1]
    revoke(driver.gateway.logbook, device.id, now=datetime.now(UTC))
    phone.open("deliver/order-1")
    phone.press("Delivered")
    phone.sees(".link", "This phone is no longer let in, 1 waiting")
    phone.sees(".banner.bad", "Nothing is lost")
    assert driver.actions == []
    phone.page.goto(driver.invitation())
    phone.sees(".link span:last-child", "1 of 1")
    phone.all_sent()
    assert [taken.action.order_id for taken in driver.actions] == ["order-1"]


def test_what_a_driver_did_is_never_sent_as_anothers(gateway: Gateway, driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1, needs=EASY))
    phone.pair()
    phone.context.set_offline(True)
    phone.open("deliver/order-1")
    phone.press("Delivered")
    phone.sees(".link", "1 waiting")
    other = gateway.a_driver()
    other.send(a_stop(2))
    phone.page.route("**/driver/api/actions", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.page.goto(other.invitation())
    phone.sees(".where", "Mannerheimintie 5 B 12")
    phone.page.unroute("**/driver/api/actions")
    look_again(phone)
    phone.all_sent()
    phone.page.locator(".link").click()
    phone.sees(".page", "1 thing of another driver wait")
    assert driver.actions == other.actions == []
    phone.page.goto(driver.invitation())
    phone.sees(".link span:last-child", "1 of 1")
    phone.all_sent()
    assert [taken.action.order_id for taken in driver.actions] == ["order-1"]


# --- where it is --------------------------------------------------------------------------------------------------


def test_it_is_followed_while_the_round_runs_and_no_longer(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1), starts_at=(datetime.now(UTC) - timedelta(hours=1)).isoformat())
    phone.pair()
    phone.all_sent()
    assert track(driver) == []
    phone.press("Start round")
    phone.sees(".card", "Arrived")
    phone.page.evaluate(KEPT_POSITION)
    look_again(phone)
    phone.page.evaluate(NO_POSITIONS)
    (fix,) = track(driver)
    assert (round(fix.fix.place.lat, 4), fix.fix.accuracy_m) == (60.1672, 8)
    phone.press("End round")
    phone.press("1 stop not done. End anyway")
    phone.sees(".end", "The round is over.")
    phone.context.set_geolocation({"latitude": 60.2, "longitude": 25.0, "accuracy": 5})
    phone.all_sent()
    assert len(track(driver)) == 1


def test_positions_are_thinned_and_the_oldest_give_way(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1))
    phone.pair()
    kept = phone.page.evaluate(
        """async () => {
          const kept = await import("/driver/kept.js");
          const at = (s) => new Date(Date.UTC(2026, 0, 1) + s * 1000).toISOString();
          const said = [];
          for (const s of [0, 4, 9.9, 10, 15, 20.5]) said.push(await kept.keepPosition({ at: at(s) }));
          await kept.change(["positions"], (store) => {
            store("positions").clear();
            for (let n = 0; n < 10_000; n += 1) store("positions").add({ at: at(n * 10) });
          });
          await kept.keepPosition({ at: at(200_000) });
          const { values } = await kept.oldestPositions(20_000);
          await kept.change(["positions"], (store) => { store("positions").clear(); });
          return { said, count: values.length, first: values[0].at, last: values.at(-1).at };
        }"""
    )
    assert kept["said"] == [True, False, False, True, False, True]
    assert kept["count"] == 10_000
    assert kept["first"] == "2026-01-01T00:00:10.000Z"
    assert kept["last"] == "2026-01-03T07:33:20.000Z"


KEPT_POSITION = """async () => {
  const { oldestPositions } = await import("/driver/kept.js");
  while (!(await oldestPositions(1)).values.length) await new Promise(requestAnimationFrame);
}"""
NO_POSITIONS = KEPT_POSITION.replace("!(await", "(await")


# --- messages and loading -----------------------------------------------------------------------------------------


def test_messages_go_both_ways_and_are_said_to_be_read(driver: Driver, phone: Phone) -> None:
    book = driver.gateway.logbook
    driver.send(a_stop(1))
    phone.pair()
    book.write(lambda w: w.put_note(Note(f"note-{driver.id}", driver.id, "Ring at the back", datetime.now(UTC))))
    look_again(phone)
    phone.sees(".count", "1")
    phone.press("Messages, 1 new")
    phone.sees(".messages .theirs", "Ring at the back")
    phone.page.get_by_label("Write to the dispatcher").fill("Will do")
    phone.press("Send")
    phone.sees(".messages .mine", "Will do")
    phone.all_sent()
    notes = book.read(lambda reader: reader.notes(driver.id))
    assert [(note.text, note.from_driver) for note in notes] == [("Ring at the back", False), ("Will do", True)]
    assert notes[0].read_at is not None
    look_again(phone)
    phone.all_sent()
    expect(phone.page.locator(".messages .mine")).to_have_count(1)
    phone.sees_no(".count")


def test_loading_is_checked_parcel_by_parcel(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1, lines=lines("640001", "640002"), parcels=2), a_stop(2), a_stop(3, kind="collection"))
    phone.pair()
    phone.press("Check loading")
    scan = phone.page.get_by_label("Scan or type a parcel's barcode")
    for code, answer in (("640001", "640001: stop 1"), ("640001", "scanned already"), ("999", "is on no order")):
        scan.fill(code)
        phone.page.keyboard.press("Enter")
        phone.sees(".scanner p", answer)
    phone.press("Missing: HEL-1002")
    phone.sees(".loading.failed", "HEL-1002")
    phone.sees(".part", "0 of 2 orders loaded")
    phone.press("Loaded: HEL-1002")
    scan.fill("640002")
    phone.page.keyboard.press("Enter")
    phone.sees(".part", "2 of 2 orders loaded")
    phone.all_sent()
    bodies = [(taken.action.order_id, dict(taken.action.body)) for taken in driver.actions]
    assert bodies == [
        ("order-1", {"barcode": "640001"}),
        ("order-2", {"missing": True}),
        ("order-2", {}),
        ("order-1", {"barcode": "640002"}),
    ]


# --- fit for a thumb ----------------------------------------------------------------------------------------------

SCREENS = ("", "stop/order-1", "deliver/order-1", "fail/order-1", "load", "notes", "queue")
SMALL = """() => [...document.querySelectorAll("button, a, select, textarea, input:not(.unseen)")]
  .filter((e) => e.checkVisibility())
  .map((e) => ({
    name: e.ariaLabel || e.innerText || e.closest("label")?.innerText || "",
    box: (e.type === "checkbox" ? e.closest("label") : e).getBoundingClientRect(),
  }))
  .filter(({ name, box }) => !name.trim() || box.width < 47.9 || box.height < 47.9)
  .map(({ name, box }) => `${name}: ${box.width} × ${box.height}`)"""
"""What a thumb may miss, or a screen reader cannot name."""
CONTRASTS = """() => {
  const style = getComputedStyle(document.documentElement);
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (name) => {
    const hex = style.getPropertyValue(name).trim().slice(1);
    const [r, g, b] = [0, 2, 4].map((n) => linear(parseInt(hex.slice(n, n + 2), 16) / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pairs = {
    "--ink": ["--surface", "--ground"], "--quiet": ["--surface", "--ground"], "--good": ["--surface"],
    "--bad": ["--surface"], "--on-accent": ["--accent"], "--on-bad": ["--bad"], "--on-warn": ["--warn"],
    "--on-news": ["--news"],
  };
  return Object.entries(pairs).flatMap(([one, others]) => others.map((other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return [`${one} on ${other}`, (high + 0.05) / (low + 0.05)];
  }));
}"""
"""WCAG 2.2's contrast ratio of every text colour on what it stands on."""
ENOUGH = 7.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_legible_in_the_sun_and_within_a_thumbs_reach(driver: Driver, make_phone: MakePhone, scheme: str) -> None:
    needs = {"code": "required", "scan": "asked", "cash": "required", "photo": "asked"}
    driver.send(
        a_stop(1, needs=needs, cash_due=2550, lines=lines("640001"), notes="Ring twice", skills=["age check"]),
        a_stop(2),
    )
    phone = make_phone(driver, viewport={"width": 360, "height": 640}, color_scheme=scheme)
    phone.pair()
    phone.press("Start round")
    phone.sees(".card", "Arrived")
    assert {pair: ratio for pair, ratio in phone.page.evaluate(CONTRASTS) if ratio < ENOUGH} == {}
    for screen in SCREENS:
        phone.open(screen)
        expect(phone.page.locator("#view > *")).to_be_visible()
        assert phone.page.evaluate(SMALL) == [], screen


def test_it_works_zoomed_to_twice_the_size(driver: Driver, make_phone: MakePhone) -> None:
    driver.send(a_stop(1, needs={"code": "required", "cash": "required"}, cash_due=2550, lines=lines("640001")))
    phone = make_phone(driver, viewport={"width": 195, "height": 422})
    phone.pair()
    phone.press("Start round")
    phone.sees(".card", "Arrived")
    for screen in SCREENS:
        phone.open(screen)
        expect(phone.page.locator("#view > *")).to_be_visible()
        assert phone.page.evaluate("() => document.documentElement.scrollWidth") <= 195, screen


# --- a newer version ----------------------------------------------------------------------------------------------


def test_a_newer_version_is_offered_and_never_mixed_with_the_old(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1))
    phone.pair()
    changed = a_changed_set(phone)
    phone.page.reload()
    phone.sees(".banner", "A newer version of this page is ready.")
    phone.press("Use it")
    phone.sees("#bar h1", "·")
    phone.sees_no(".banner >> text=newer version")
    names = phone.page.evaluate("() => caches.keys()")
    assert len([name for name in names if name.startswith("driver-")]) == 1
    assert changed not in names


def a_changed_set(phone: Phone) -> str:
    """Have the phone use a set of files that is not what the depot has now; its name."""
    name: Any = phone.page.evaluate(
        """async () => {
          const [now] = (await caches.keys()).filter((key) => key.startsWith("driver-"));
          const [from, to] = [await caches.open(now), await caches.open("driver-0123456789abcdef")];
          for (const request of await from.keys()) await to.put(request, await from.match(request));
          const { active } = await navigator.serviceWorker.ready;
          const { port1, port2 } = new MessageChannel();
          active.postMessage({ kind: "use", name: "driver-0123456789abcdef" }, [port2]);
          await new Promise((done) => { port1.onmessage = done; });
          return "driver-0123456789abcdef";
        }"""
    )
    return str(name)


def test_pictures_of_the_document_are_small() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("driver-*.png"))
    assert len(pictures) >= 5
    assert all(Path(picture).stat().st_size <= 100_000 for picture in pictures)
