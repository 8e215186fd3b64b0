"""A panel over cards of a real store, and what it wished for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.services import plan, proposals
from dispatcher.services.home import Home
from dispatcher.services.plan import Proposal, sequences_of
from dispatcher.services.proposals import Card
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep, now, open_stores, small_day
from ui.proposals.panel import ProposalsPanel
from ui.theme import Theme


@dataclass
class Desk:
    """What the proposal desk does for the panel, on a store that is really written to."""

    workplace: Workplace
    panel: ProposalsPanel
    cards: tuple[Card, ...] = ()
    accepted: list[tuple[str, tuple[ShiftId, ...], tuple[OrderId, ...]]] = field(default_factory=list)

    @property
    def day(self) -> Day:
        return self.workplace.store.read(lambda r: r.day(days.DATE))

    def card(self, after: Mapping[ShiftId, Sequence[OrderId]], title: str = "Improve the day") -> Card:
        """A card that leads to these routes; the others stay."""
        day = self.day
        whole = Proposal(day.date, day.revision, sequences_of(day), {**sequences_of(day), **after})
        return proposals.card_of(self.workplace.desk, day, whole, title)

    def exchanged(self, title: str = "Improve the day") -> Card:
        """The first driver gives two stops and gets one; an unplanned order is planned with the third."""
        (a, first), (b, second), (c, _) = sequences_of(self.day).items()
        after = {a: (*first[:2], second[0]), b: (first[3], *second[1:], first[2]), c: (self.day.unplanned[0],)}
        return self.card(after, title)

    def show(self, *cards: Card) -> None:
        self.cards = cards
        self.panel.set_cards(cards)

    def anew(self) -> None:
        """The plan has changed: so do the cards."""
        fresh = (proposals.anew(self.workplace.desk, self.day, card) for card in self.cards)
        self.show(*(card for card in fresh if not card.empty or card.gone))

    def accept(self, card_id: str, shift_ids: tuple[ShiftId, ...], order_ids: tuple[OrderId, ...]) -> None:
        self.accepted.append((card_id, shift_ids, order_ids))
        card = next(c for c in self.cards if c.id == card_id)
        partly = bool(shift_ids or order_ids)
        taken = proposals.part(card, shift_ids=shift_ids, order_ids=order_ids) if partly else card.proposal
        self.workplace.store.write("Take", lambda uow: plan.apply_proposal(uow, taken))
        self.anew()

    def dismiss(self, card_id: str) -> None:
        self.show(*(card for card in self.cards if card.id != card_id))

    def driver(self, shift_id: ShiftId) -> Driver:
        return self.day.drivers[self.day.shifts[shift_id].driver_id]


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> ProposalsPanel:
    made = ProposalsPanel(theme)
    qtbot.addWidget(made)
    made.resize(360, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def desk(tmp_path: Path, panel: ProposalsPanel) -> Iterator[Desk]:
    """Twelve orders, three drivers, eight planned, on straight lines."""
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    with open_workplace(home, slug, open_store=open_stores, clock=now) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, small_day()))
        made = Desk(workplace, panel)
        panel.accept_requested.connect(made.accept)
        panel.dismiss_requested.connect(made.dismiss)
        yield made
