"""What a gateway's run leaves behind and answers: no token, number or word of a customer, also when it fails."""

import json
import logging
import sqlite3
from contextlib import closing

import pytest

from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.reply_address import TOKEN_NAME, reply_address
from tests.conftest import ExpectLog
from tests.unit.gateway.conftest import Depot, Site
from tests.unit.gateway.test_customer import PART, publish

NUMBER, TEXT = "+358401234567", "Gate 4711"
JSON = {"Content-Type": "application/json"}


def fill_up(depot: Depot) -> None:
    """From now on no address of who wants no messages can be kept, as with a disk that is full."""
    (file,) = (f for f in depot.folder.glob("*.db") if "logbook" in f.name)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON opt_out BEGIN SELECT RAISE(ABORT, 'full'); END")
        connection.commit()


def test_nothing_that_a_run_says_or_writes_tells_of_a_customer(
    depot: Depot, caplog: pytest.LogCaptureFixture, expect_log: ExpectLog
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.INFO)
    depot.policy(messages=MessagePolicy(page=True))
    publish(depot)
    token = reply_address(RoadPolicy(host="depot.local"), depot.folder / "gateway").rpartition("/")[2]
    reply = {"from": NUMBER, "text": TEXT}
    answers: list[bytes] = []

    async def scenario(site: Site) -> None:
        wish = json.dumps({"kind": TEXT, "text": NUMBER})
        for method, path, more in (
            ("POST", f"/messages/reply/{token}", {"data": reply}),
            ("GET", "/messages/reply", {"params": {**reply, "token": token}}),
            ("GET", "/messages/reply", {"params": {**reply, "token": f"{token}x"}}),
            ("PUT", f"/messages/reply/{token}", {"data": reply}),
            ("POST", f"/messages/reply/{token}", {"data": "{" + TEXT, "headers": JSON}),
            ("PUT", f"/t/{PART}", {"data": TEXT}),
            ("GET", f"//t/{PART}", {}),
            ("POST", f"/t/{PART}/wish", {"data": wish, "headers": JSON}),
            ("GET", "/health", {}),
        ):
            answers.append((await site.ask(method, path, **more)).body)
        fill_up(depot)
        with expect_log("A request was not answered", logging.ERROR):
            got = await site.ask("POST", f"/messages/reply/{token}", data={"from": NUMBER, "text": "STOP"})
        assert got.status == 503
        answers.append(got.body)

    depot.run(scenario)
    assert [len(depot.logbook.read(lambda reader: reader.replies()))] == [2], "the run took some"
    files = [f for f in depot.folder.rglob("*") if f.is_file() and "logbook" not in f.name and f.name != TOKEN_NAME]
    assert any("status" in f.name for f in files)
    told = [*answers, caplog.text.encode(), *(f.read_bytes() for f in files)]
    for secret in (token[:12], PART[:12], NUMBER[1:], TEXT, "4711"):
        assert not [each for each in told if secret.encode() in each], secret
