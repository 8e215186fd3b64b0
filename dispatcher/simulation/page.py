"""The driver page on a simulated phone: what is done is queued and sent in order, and photos follow by their hash."""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatcher.domain.actions import ActionKind, Taking
from dispatcher.domain.ids import new_id
from dispatcher.domain.proof import ProofKind
from dispatcher.simulation import evidence
from dispatcher.simulation.fates import Dice
from dispatcher.simulation.lapses import Lapse
from dispatcher.simulation.line import LEAST_S, Line, Lost, require_good
from dispatcher.simulation.receiver import Sighting
from dispatcher.simulation.rounds import Round, read_round
from dispatcher.simulation.wire import Message
from dispatcher.simulation.world import Deed

APP_VERSION = "simulated"
AT_ONCE = 50
"""Actions in one envelope."""
PIECE = 64 * 1024
"""Bytes of a photo in one request."""
LOOKS_EVERY_S, LOOKS_REAL_S = 60.0, 1.0
"""For news of the round: simulated, and real at least."""
BROKEN_OFF = 0.1
"""Photos of which a piece is sent twice, as after a broken connection."""
MISHEARD = 0.06
"""Codes that are typed wrong first."""

type Codes = Callable[[str, int], str | None]
"""The customer's one-time code, by order and number of the attempt."""


@dataclass(slots=True)
class _Photo:
    sha256: str
    content: bytes


@dataclass(slots=True)
class Page:
    """Of one driver."""

    line: Line
    token: str
    round: Round
    on: str
    """ISO date."""
    skew: timedelta
    seed: int
    codes: Codes
    _deeds: deque[tuple[Deed, Sighting | None]] = field(default_factory=deque)
    _outbox: deque[dict[str, Any]] = field(default_factory=deque)
    _photos: deque[_Photo] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _pictures: asyncio.Event = field(default_factory=asyncio.Event)
    _seq: int = 0
    _said: dict[str, str] = field(default_factory=dict)
    """Key of the last outcome of an order."""
    _arrived: dict[str, str] = field(default_factory=dict)
    _etag: str = ""
    _accepted: int = 0
    _read: set[str] = field(default_factory=set)
    _last_ink: dict[str, Any] | None = None
    _last_photo: str = ""
    """By its hash."""

    # --- the round ------------------------------------------------------------------------------------------------

    async def look(self, *, anew: bool = False) -> str:
        """Fetch the round if it changed, accept it, open messages; returns the gateway's time, "" if nothing is new."""
        etag = {"If-None-Match": self._etag} if self._etag and not anew else {}
        answer = await self.line.ask(Message("GET", f"/driver/api/round?date={self.on}", headers=self._headers | etag))
        if answer.status == 304:
            return ""
        require_good(answer, "the question for the round")
        said = json.loads(answer.body)
        body = said.get("round")
        if body and body["shift_id"] == self.round.shift_id:
            self.round = read_round(body, list(said.get("done") or ()))
            self._etag = answer.etag
            if body["version"] > self._accepted:
                self._accepted = body["version"]
                self.put(Deed(self.line.pace.now, ActionKind.ACCEPT, body={"version": body["version"]}))
        for note in said.get("notes") or ():
            if not note["from_driver"] and not note["read"] and note["id"] not in self._read:
                self._read.add(note["id"])
                self.put(Deed(self.line.pace.now, ActionKind.READ, body={"note_id": note["id"]}))
        now: str = said["now"]
        return now

    async def watch(self) -> None:
        """Look for news until cancelled."""
        while True:
            await asyncio.sleep(max(LOOKS_REAL_S, LOOKS_EVERY_S / self.line.pace.time.speed))
            try:
                await self.look()
            except Lost:
                continue

    # --- what the driver does -------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether everything has arrived."""
        return not (self._deeds or self._outbox or self._photos)

    def put(self, deed: Deed, where: Sighting | None = None) -> None:
        """Have something said some time."""
        self._deeds.append((deed, where))
        self.line.tallies.actions.sent += 1
        self._news.set()

    async def run(self) -> None:
        """Say what was done, in order, until cancelled."""
        while True:
            await self._news.wait()
            while self._deeds:
                deed, where = self._deeds[0]
                self._outbox.append(await self._action(deed, where))
                self._deeds.popleft()
            while self._outbox:
                await self._say()
            if not self._deeds:
                self._news.clear()

    async def _say(self) -> None:
        actions = [self._outbox[i] for i in range(min(AT_ONCE, len(self._outbox)))]
        sent_at = _iso(self.line.pace.now + self.skew)
        envelope = {"sent_at": sent_at, "app": APP_VERSION, "actions": actions}
        tally = self.line.tallies.actions
        try:
            answer = await self.line.ask(self._message("POST", "/driver/api/actions", envelope))
        except Lost:
            tally.again += len(actions)
            return
        require_good(answer, "what a driver did")
        taken = {each["key"]: each for each in json.loads(answer.body)["taken"]}
        for action in actions:
            self._outbox.popleft()
            if told := taken.get(action["key"]):
                tally.acknowledged += 1
                if told["taking"] == Taking.REFUSED:
                    tally.refused += 1
                    self.line.tallies.refusals[told.get("why", "")] += 1

    async def _action(self, deed: Deed, where: Sighting | None) -> dict[str, Any]:
        """As the page queues it, with the proofs made."""
        at, key = _iso(deed.at + self.skew), new_id()
        self._seq += 1
        body = {**deed.body, **await self._shown(deed)}
        position = where and {
            "lat": where.place.lat,
            "lon": where.place.lon,
            "accuracy_m": where.accuracy_m,
            "at": _iso(where.at),
        }
        if deed.kind is ActionKind.ARRIVE:
            self._arrived[deed.order_id] = at
        elif deed.kind is ActionKind.UNDO:
            body["key"] = self._said.get(deed.order_id, "")
        elif deed.kind in (ActionKind.DELIVER, ActionKind.FAIL):
            self._said[deed.order_id] = key
            if arrived := self._arrived.get(deed.order_id):
                body["arrived_at"] = arrived
        if position and deed.kind in (ActionKind.ARRIVE, ActionKind.DELIVER, ActionKind.FAIL):
            body["position"] = position
        action = {"key": key, "seq": self._seq, "kind": deed.kind.value, "at": at, "shift_id": self.round.shift_id}
        return action | ({"order_id": deed.order_id} if deed.order_id else {}) | {"body": body}

    async def _shown(self, deed: Deed) -> dict[str, Any]:
        dice = Dice(self.seed, "proof", deed.order_id, deed.at.timestamp())
        shown: dict[str, Any] = {}
        if ProofKind.SIGNATURE in deed.shows:
            shown["ink"] = self._signed(dice, deed.lapse)
        if ProofKind.PHOTO in deed.shows:
            shown["photos"] = [await self._take_photo(dice, deed.at + self.skew, deed.lapse)]
        if ProofKind.CODE in deed.shows and (code := await self._asked_code(deed.order_id, dice)):
            shown["code"] = code
        return shown

    # --- codes and photos -----------------------------------------------------------------------------------------

    async def _asked_code(self, order_id: str, dice: Dice) -> str | None:
        """What the customer says, checked at once where there is a signal."""
        attempt = next((door.attempt for door in self.round.doors if door.order_id == order_id), 1)
        code = self.codes(order_id, attempt)
        if code is None:
            return None
        tried = [f"{(int(code) + 1) % 10**6:06}", code] if dice.random() < MISHEARD else [code]
        for digits in tried if self.line.up else ():
            message = self._message("POST", "/driver/api/code", {"order_id": order_id, "code": digits})
            try:
                answer = await self.line.ask(message)
            except Lost:
                break
            if answer.status == 200:
                self.line.tallies.codes[json.loads(answer.body)["verdict"]] += 1
        return code

    def _signed(self, dice: Dice, lapse: Lapse | None) -> dict[str, Any]:
        if lapse is Lapse.DOT:
            return evidence.dot()
        if lapse is not Lapse.COPIED or self._last_ink is None:
            self._last_ink = evidence.signature(dice)
        return self._last_ink

    async def _take_photo(self, dice: Dice, taken_at: datetime, lapse: Lapse | None) -> str:
        if lapse is Lapse.TWIN and self._last_photo:
            return self._last_photo
        content = await asyncio.to_thread(evidence.photo, dice, taken_at, lapse)
        sha256 = self._last_photo = hashlib.sha256(content).hexdigest()
        self._photos.append(_Photo(sha256, content))
        self.line.tallies.photos.sent += 1
        self._pictures.set()
        return sha256

    async def upload(self) -> None:
        """Send photos until cancelled."""
        while True:
            await self._pictures.wait()
            while self._photos:
                await self._send_photo(self._photos[0])
                self._photos.popleft()
                self.line.tallies.photos.acknowledged += 1
            self._pictures.clear()

    async def _send_photo(self, photo: _Photo) -> None:
        dice, done = Dice(self.seed, photo.sha256), False
        path = f"/driver/api/photos/{photo.sha256}"
        while not done:
            try:
                have = 0
                said = await self.line.ask(self._message("GET", path))
                if said.status == 200:
                    known = json.loads(said.body)
                    have, done = known.get("have", 0), bool(known.get("done"))
                while not done:
                    before = have
                    have, done = await self._send_piece(path, photo.content, before)
                    if have <= before and not done:
                        await asyncio.sleep(LEAST_S)
                    if dice.random() < BROKEN_OFF and not done:
                        raise Lost
            except Lost:
                self.line.tallies.photos.again += 1

    async def _send_piece(self, path: str, content: bytes, have: int) -> tuple[int, bool]:
        size = {"Upload-Offset": str(have), "Upload-Length": str(len(content))}
        headers = {**self._headers, "Content-Type": "application/octet-stream", **size}
        answer = await self.line.ask(Message("PUT", path, content[have : have + PIECE], headers))
        if answer.status == 422:  # what arrived was not what was sent: from the start
            return 0, False
        if answer.status != 409:
            require_good(answer, "a photo")
        said = json.loads(answer.body)
        return int(said["have"]), bool(said.get("done"))

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _message(self, method: str, path: str, said: Any = None) -> Message:
        if said is None:
            return Message(method, path, headers=self._headers)
        body = json.dumps(said).encode()
        return Message(method, path, body, {**self._headers, "Content-Type": "application/json"})


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
