"""When the gateway is started, stopped and left alone; what phones may be told. No process runs here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from db.opening import open_store
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Place
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services import gateway_process
from dispatcher.services.gateway_keeping import (
    GatewayKeeper,
    Standing,
    is_host,
    keep_running,
    tell_phones,
)
from dispatcher.services.gateway_process import GatewayStatus, Watch
from dispatcher.services.home import Home
from dispatcher.services.ports import Store

SLUG = "depot"
clock = lambda: datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


class Starts(list[str]):
    """Counts how often a gateway would have been started."""

    def watch(self, home: Home, slug: str) -> Watch:
        return Watch(home, slug, starter=lambda _home, slug: self.append(slug))


@pytest.fixture
def logbook(home: Path) -> Iterator[SqliteLogbook]:
    book = open_logbook(home / "depots" / SLUG, clock=clock)
    yield book
    book.close()


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    store = open_store(home / "depots" / SLUG / "depot.db", clock=clock)
    store.write("Found", lambda uow: uow.put_depot(Depot("Depot", Place(60.17, 24.94))))
    yield store
    store.close()


@pytest.fixture
def starts() -> Starts:
    return Starts()


@pytest.fixture
def keeper(home: Path, logbook: SqliteLogbook, store: Store, starts: Starts) -> GatewayKeeper:
    policy = lambda: store.read(lambda r: r.depot()).road
    return GatewayKeeper(Home(home), SLUG, logbook, policy, watch=starts.watch)


def change(store: Store, **said: object) -> None:
    road = replace(store.read(lambda r: r.depot()).road, **said)  # type: ignore[arg-type]
    store.write("Change", lambda uow: uow.put_depot(replace(uow.depot(), road=road)))


def test_nothing_is_started_before_it_is_wanted(keeper: GatewayKeeper, store: Store, starts: Starts) -> None:
    assert not keeper.look().status.running
    assert starts == []
    store.write("Keep", lambda uow: keep_running(uow, wanted=True))
    keeper.look()
    assert starts == [SLUG]
    keeper.look()
    assert starts == [SLUG], "the next try comes later"


def test_another_setting_is_told_to_the_gateway_and_tried_at_once(
    keeper: GatewayKeeper, store: Store, starts: Starts, logbook: SqliteLogbook
) -> None:
    change(store, serve=True)
    keeper.look()
    change(store, port=9443)
    standing = keeper.look()
    assert starts == [SLUG, SLUG]
    assert logbook.read(lambda r: r.policy()).port == 9443
    assert standing.origin.endswith(":9443")


def test_asking_again_waits_no_longer(keeper: GatewayKeeper, store: Store, starts: Starts) -> None:
    change(store, serve=True)
    keeper.look()
    keeper.again()
    keeper.look()
    assert starts == [SLUG, SLUG]


def test_a_copy_only_looks(home: Path, logbook: SqliteLogbook, starts: Starts) -> None:
    policy = RoadPolicy(serve=True, port=9000)
    copy = GatewayKeeper(Home(home), SLUG, logbook, lambda: policy, keeps=False, watch=starts.watch)
    assert copy.look().policy is policy
    assert starts == []
    assert logbook.read(lambda r: r.policy()).port != 9000


def test_a_gateway_that_somebody_else_runs_is_left_alone(home: Path, keeper: GatewayKeeper, starts: Starts) -> None:
    folder = gateway_process.folder_of(Home(home), SLUG)
    folder.mkdir(parents=True)
    with FileLock(folder / gateway_process.LOCK):
        assert keeper.look().status.running
        assert not (folder / gateway_process.STOP).exists()
    assert starts == []


def test_the_last_words_say_why_it_does_not_run(home: Path, keeper: GatewayKeeper, store: Store) -> None:
    folder = gateway_process.folder_of(Home(home), SLUG)
    folder.mkdir(parents=True)
    said = "  0% warming up\nroundhouse: Port 8443 is taken by another program. End that program.\n\n"
    (folder / gateway_process.LOG).write_text(said, encoding="utf-8")
    assert keeper.look().fault == "", "nobody wants it to run"
    change(store, serve=True)
    assert keeper.look().fault == "Port 8443 is taken by another program. End that program."


def test_phones_are_told_where_it_listens_rather_than_where_it_should() -> None:
    policy = RoadPolicy(host="depot.local", port=8443, setup_port=8480)
    listens = GatewayStatus(running=True, host="fd00::1", port=9443, setup_port=9480)
    assert Standing(listens, policy).origin == "https://[fd00::1]:9443"
    assert Standing(listens, policy).setup_page == "http://[fd00::1]:9480/"
    assert Standing(replace(listens, running=False), policy).origin == "https://depot.local:8443"
    assert Standing(GatewayStatus(running=True), policy).setup_page == "http://depot.local:8480/"


@pytest.mark.parametrize("host", ["depot", "depot.local", "192.168.1.20", "fd00::1", "a-b.example"])
def test_names_and_addresses_are_taken(store: Store, host: str) -> None:
    store.write("Host", lambda uow: tell_phones(uow, f" {host} "))
    assert store.read(lambda r: r.depot()).road.host == host
    store.write("Host", lambda uow: tell_phones(uow, " "))
    assert store.read(lambda r: r.depot()).road.host == ""


@pytest.mark.parametrize(
    "host", ["a b", "-a", "a-", "a..b", "http://a", "a:80", "300.1.1.1", "1.2.3", "ä.fi", "x" * 64]
)
def test_what_no_phone_could_look_for_is_not(store: Store, host: str) -> None:
    assert not is_host(host)
    with pytest.raises(BadInput, match="is no name or address"):
        store.write("Host", lambda uow: tell_phones(uow, host))
    assert store.read(lambda r: r.depot()).road.host == ""


def test_a_setting_that_is_so_already_is_no_change(store: Store) -> None:
    done = store.write("Keep", lambda uow: keep_running(uow, wanted=False))
    assert done.changes.empty
