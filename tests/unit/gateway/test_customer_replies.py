"""Replies as SMS gateways bring them: by whatever names, under the depot's own token, kept once."""

import os
import stat
from typing import Any

import pytest

from dispatcher.domain.messages import Channel, MessagePolicy, Reply
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.gateway.limits import Limits
from dispatcher.services.reply_address import TOKEN_NAME, reply_address
from tests.unit.gateway.conftest import Depot, Site, hours

NUMBER = "+358401234567"
POLICY = RoadPolicy(host="depot.local", messages=MessagePolicy(country="FI"))


def path_of(depot: Depot, **more: Any) -> str:
    return reply_address(POLICY, depot.folder / "gateway", **more).removeprefix("https://depot.local:8443")


def replies(depot: Depot) -> list[Reply]:
    return list(depot.logbook.read(lambda reader: reader.replies()))


SHAPES: list[tuple[str, dict[str, Any]]] = [
    ("plain form", {"data": {"from": NUMBER, "text": "Ring twice", "id": "7"}}),
    ("with many names", {"data": {"From": NUMBER, "Body": "Ring twice", "MessageSid": "7", "To": "+1"}}),
    ("JSON", {"json": {"msisdn": NUMBER, "content": "Ring twice", "message_id": 7}}),
    (
        "wrapped",
        {"json": {"event": "received", "payload": {"phoneNumber": NUMBER, "message": "Ring twice", "id": "7"}}},
    ),
    ("a list of one", {"json": [{"sender": NUMBER, "message": "Ring twice", "messageId": "7"}]}),
    ("query", {"params": {"phone": NUMBER, "text": "Ring twice", "msgid": "7"}}),
]


@pytest.mark.parametrize("shape", [shape for _, shape in SHAPES], ids=[name for name, _ in SHAPES])
def test_a_reply_comes_in_by_any_common_names_once(depot: Depot, shape: dict[str, Any]) -> None:
    path, method = path_of(depot), "GET" if "params" in shape else "POST"

    async def scenario(site: Site) -> None:
        for _ in range(2):
            got = await site.ask(method, path, **shape)
            assert (got.status, got.body) == (200, b"")

    depot.run(scenario)
    (reply,) = replies(depot)
    assert (reply.channel, reply.sender, reply.text, reply.opted) == (Channel.SMS, NUMBER, "Ring twice", None)


def test_stop_is_obeyed_at_once(depot: Depot) -> None:
    path = path_of(depot)
    depot.policy(messages=MessagePolicy(country="FI"))

    async def scenario(site: Site) -> None:
        assert (await site.ask("POST", path, data={"from": "040 1234567", "text": "Stop"})).status == 200

    depot.run(scenario)
    assert depot.logbook.read(lambda reader: reader.opt_out(Channel.SMS, NUMBER))


def test_the_same_words_later_are_another_reply(depot: Depot) -> None:
    path, said = path_of(depot), {"from": NUMBER, "text": "Yes"}

    async def scenario(site: Site) -> None:
        for passing in (0, 0, 2):
            depot.clock.now += hours(passing)
            assert (await site.ask("POST", path, data=said)).status == 200

    depot.run(scenario)
    assert len(replies(depot)) == 2


def test_a_gateway_that_names_what_is_answered_loses_no_stop(depot: Depot) -> None:
    path = path_of(depot)

    async def scenario(site: Site) -> None:
        for text in ("Which flat?", "Which flat?", "STOP"):
            assert (await site.ask("POST", path, json={"from": NUMBER, "text": text, "id": "ours-7"})).status == 200

    depot.run(scenario)
    assert sorted(reply.text for reply in replies(depot)) == ["STOP", "Which flat?"]
    assert depot.logbook.read(lambda reader: reader.opt_out(Channel.SMS, NUMBER))


def test_the_token_comes_in_any_way_and_no_other_is_taken(depot: Depot) -> None:
    token = path_of(depot).rpartition("/")[2]
    said = {"from": NUMBER, "text": "Hello"}

    async def scenario(site: Site) -> None:
        bare = "/messages/reply"
        for n, more in enumerate(({"token": token}, {"params": {"token": token}}, {"data": {"token": token}})):
            data = {**said, "id": str(n), **more.pop("data", {})}  # type: ignore[dict-item]
            assert (await site.ask("POST", bare, data=data, **more)).status == 200, more
        for wrong in (bare, f"{bare}/", f"{bare}/{'x' * 43}", f"{bare}/{token[:-1]}", f"{bare}/{token}/x"):
            got = await site.ask("POST", wrong, data={**said, "text": "Evil"})
            assert got.status == 401, wrong
            assert "Copy it from the settings" in got.json["remedy"]
        assert path_of(depot) == f"{bare}/{token}", "it stays until somebody wants another"
        fresh = path_of(depot, anew=True)
        assert (await site.ask("POST", f"{bare}/{token}", data=said)).status == 401
        assert (await site.ask("POST", fresh, data={**said, "id": "9"})).status == 200

    depot.run(scenario)
    assert [reply.text for reply in replies(depot)] == ["Hello"] * 4


def test_before_there_is_a_token_nothing_is_taken(depot: Depot) -> None:
    async def scenario(site: Site) -> None:
        for path in ("/messages/reply", "/messages/reply/None"):
            assert (await site.ask("POST", path, data={"from": NUMBER, "text": "x"})).status == 401

    depot.run(scenario)


def test_who_guesses_tokens_waits_and_the_line_does_not(depot: Depot) -> None:
    path = path_of(depot)

    async def scenario(site: Site) -> None:
        guesses = [await site.ask("GET", f"/messages/reply/{n:043}", params={"from": "1"}) for n in range(3)]
        assert [each.status for each in guesses] == [401, 401, 429]
        assert (await site.ask("POST", path, data={"from": NUMBER, "text": "Hello"})).status == 200

    depot.run(scenario, Limits(failures=2))


@pytest.mark.parametrize(
    ("shape", "status"),
    [
        ({"data": {"from": NUMBER}}, 400),
        ({"data": {"text": "Hello"}}, 400),
        ({"json": {"from": [NUMBER], "text": {"a": 1}}}, 400),
        ({"data": b"{nonsense"}, 400),
        ({"data": b"\xff\xfe\x00"}, 400),
        ({"data": {"from": "x" * 300, "text": "Hello"}}, 400),
        ({"data": {"from": NUMBER, "text": "x" * 30_000}}, 413),
        ({"json": [[[[[[{"from": NUMBER}]]]]]]}, 400),
    ],
    ids=range(8),
)
def test_what_is_no_reply_is_refused(depot: Depot, shape: dict[str, Any], status: int) -> None:
    path = path_of(depot)

    async def scenario(site: Site) -> None:
        assert (await site.ask("POST", path, **shape)).status == status
        assert (await site.ask("PUT", path)).status == 405

    depot.run(scenario)
    assert replies(depot) == []


@pytest.mark.skipif(os.name != "posix", reason="files have other rights there")
def test_only_its_owner_reads_the_token(depot: Depot) -> None:
    path_of(depot)
    assert stat.S_IMODE((depot.folder / "gateway" / TOKEN_NAME).stat().st_mode) == 0o600
