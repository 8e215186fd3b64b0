"""The inspector: what is selected, in words that can be copied, with the buttons that belong to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QAction, QImage, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Reason, Schedule
from dispatcher.services.contacts import Contacts
from dispatcher.services.live import LiveDay
from ui.board.door import Looked, Wanted
from ui.board.facts import Picture, Sheet, sheet_of
from ui.board.fixes import Fix, FixList
from ui.board.page import SCHEME, page_of
from ui.learned.chance import ChanceLine
from ui.parts.beside import lay_beside
from ui.theme import Size, Theme


class Inspector(QWidget):
    """Shows the selection: one order, one round, several, or the day. GUI thread; the window tells it what to show.

    Signals:
        edit_requested(order_id), unassign_requested(order_ids), hold_toggled(order_ids, held), show_on_map(order_ids).
        explain_requested(order_id): find out what would mend it; answer with `wait_for_fixes`, `show_reason` and
            `show_fixes`.
        fix_requested(fix): carry out one that `show_fixes` was given.
        wanted(Wanted | None): something else is to be looked up for what is shown; answer with `show_looked`.
        order_shown(OrderId | None): another order is shown alone, or none is; answer with `show_contacts`.
        shot_opened(name): show this picture large.
    """

    edit_requested = Signal(object)
    unassign_requested = Signal(object)
    hold_toggled = Signal(object, bool)
    show_on_map = Signal(object)
    explain_requested = Signal(object)
    fix_requested = Signal(object)
    wanted = Signal(object)
    order_shown = Signal(object)
    shot_opened = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.inspector")
        self.setAccessibleName("Inspector")
        self._theme = theme
        self._picture: Picture | None = None
        self._asked: Reason | None = None
        self._orders: tuple[OrderId, ...] = ()
        self._shifts: tuple[ShiftId, ...] = ()
        self._sheet = Sheet("", "")
        self._live: LiveDay | None = None
        self._looked: Looked | None = None
        self._contacts: Contacts | None = None
        self._wanted: Wanted | None = None
        self._order_id: OrderId | None = None
        """Of the one that was said to be shown."""
        self._again: QAction | None = None
        self._chance: ChanceLine | None = None
        self.page = self._make_page()
        self.setFocusProxy(self.page)
        self.fixes = FixList(theme, self)
        self.fixes.asked.connect(self._on_asked)
        self.fixes.fix_requested.connect(self.fix_requested)
        self._make_buttons()
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def sheet(self) -> Sheet:
        """What is shown."""
        return self._sheet

    def set_day(self, day: Day, schedule: Schedule | None, reasons: Mapping[OrderId, Reason]) -> None:
        """The day as it is now; what is selected stays shown, and the page stays where it was scrolled to.

        What would have mended an order of the day before is shown no longer.
        """
        if self._picture is None or day is not self._picture.day:
            self._asked = None
            self.fixes.reset()
        live = self._live_of(day)
        self._picture = Picture(day, schedule, reasons, self._asked, live, self._looked, self._contacts)
        self._refresh_in_place()

    def _refresh_in_place(self) -> None:
        """The page stays where it was scrolled to."""
        at = self.page.verticalScrollBar().value()
        self._refresh()
        self.page.verticalScrollBar().setValue(at)

    def show_selection(self, order_ids: Sequence[OrderId], shift_ids: Sequence[ShiftId]) -> None:
        """Show these; with nothing, the day."""
        self._orders, self._shifts = tuple(order_ids), tuple(shift_ids)
        self._refresh()
        self.page.verticalScrollBar().setValue(0)

    def set_live(self, live: LiveDay | None) -> None:
        """How the day stands on the road; `None` where nobody knows. Of the day as a whole nothing of it is said."""
        self._live = live
        if self._picture is None:
            return
        self._picture = replace(self._picture, live=self._live_of(self._picture.day))
        if len(self._orders) + len(self._shifts) == 1:
            self._refresh_in_place()

    def _live_of(self, day: Day) -> LiveDay | None:
        return self._live if self._live and self._live.date == day.date else None

    def show_looked(self, looked: Looked, images: Mapping[str, QImage]) -> None:
        """What was found of what was `wanted`, with the pixels of its pictures."""
        self._looked = looked
        self.page.images = images
        if self._picture:
            self._picture = replace(self._picture, looked=looked)
            self._refresh_in_place()

    def show_contacts(self, contacts: Contacts) -> None:
        """What was said with the customer of an order that was `order_shown`."""
        self._contacts = contacts
        if self._picture:
            self._picture = replace(self._picture, contacts=contacts)
            self._refresh_in_place()

    def offer_again(self, action: QAction) -> None:
        """What can be done about a stop where somebody was in vain."""
        self._again = action
        self.again_button.setText(action.text().replace("&", ""))
        self.again_button.setAccessibleName(self.again_button.text())

    def offer_chance(self, line: ChanceLine) -> None:
        """What says, below the page, how likely nobody takes an order that is still to be served."""
        self._chance = line
        self._below.addWidget(line)
        self._refresh()

    def wait_for_fixes(self, order_id: OrderId) -> None:
        """Say that fixes of this order are being looked for."""
        self.fixes.wait(order_id)

    def show_reason(self, reason: Reason | None) -> None:
        """Why an order is unplanned, or breaks a rule where it is, and what keeps each driver from it."""
        self._asked = reason
        if self._picture:
            self._picture = replace(self._picture, asked=reason)
            self._refresh()

    def show_fixes(self, order_id: OrderId, fixes: Sequence[Fix]) -> None:
        """Offer these, each a sentence, its price in words, and the fix that goes back with `fix_requested`."""
        self.fixes.show_fixes(order_id, fixes)

    def _refresh(self) -> None:
        if self._picture is None:
            return
        sheet = sheet_of(self._picture, self._orders, self._shifts)
        if sheet != self._sheet:
            self._sheet = sheet
            self._show_sheet()
        if self._chance:
            self._chance.show_order(self._ahead())
        if sheet.order_id != self._order_id:
            self._order_id = sheet.order_id
            self.order_shown.emit(sheet.order_id)
        if sheet.wanted != self._wanted:
            self._wanted = sheet.wanted
            self.wanted.emit(sheet.wanted)

    def _ahead(self) -> Order | None:
        """The one order shown, unless it is behind, cancelled or done."""
        sheet, picture = self._sheet, self._picture
        if picture is None or sheet.order_id is None or sheet.ended:
            return None
        order, route = picture.day.orders[sheet.order_id], picture.day.plan.route_of(sheet.order_id)
        done = route is not None and any(stop.done for stop in route.stops if stop.order_id == order.id)
        return order if order.state is OrderState.OPEN and not done else None

    def _show_sheet(self) -> None:
        sheet, planned = self._sheet, self._sheet.held is not None
        self.page.setHtml(page_of(sheet, self._theme))
        self.edit_button.setVisible(sheet.order_id is not None)
        self.map_button.setVisible(bool(sheet.order_ids))
        self.hold_button.setVisible(planned and not sheet.ended)
        self.hold_button.setText("Release from driver" if sheet.held else "Hold with driver")
        self.unassign_button.setVisible(planned and not sheet.ended)
        self.again_button.setVisible(sheet.failed and self._again is not None)
        self.fixes.set_order(sheet.order_id if sheet.mendable else None)
        self._arrange_buttons()

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _make_page(self) -> "ProofPage":
        page = ProofPage(self)
        page.anchorClicked.connect(self._on_anchor)
        page.setObjectName("board.inspector.page")
        page.setAccessibleName("Details of the selection")
        page.setFrameShape(QFrame.Shape.NoFrame)
        page.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return page

    def _make_buttons(self) -> None:
        self.edit_button = self._button("Edit order…", "edit", self._on_edit)
        self.map_button = self._button("Show on map", "show_on_map", self._on_show_on_map)
        self.hold_button = self._button("Hold with driver", "hold", self._on_hold)
        self.unassign_button = self._button("Unassign", "unassign", self._on_unassign)
        self.again_button = self._button("Try again…", "again", self._on_again)

    def _button(self, text: str, name: str, slot: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(f"board.inspector.{name}")
        button.setMinimumWidth(1)  # or the row of buttons would keep the dock from becoming narrower
        button.hide()
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        self._buttons = QGridLayout()
        self._below = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.page, 1)
        layout.addLayout(self._below)
        layout.addWidget(self.fixes)
        layout.addLayout(self._buttons)

    def _all_buttons(self) -> tuple[QPushButton, ...]:
        return (self.again_button, self.edit_button, self.map_button, self.hold_button, self.unassign_button)

    def _arrange_buttons(self) -> None:
        """Beside one another as far as the width goes: the page needs the height."""
        lay_beside(self._buttons, self._all_buttons(), self.width() - 2 * self._theme.grid(3))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_buttons()

    @Slot()
    def _on_theme_changed(self) -> None:
        grid = self._theme.grid
        self.page.setFont(self._theme.font(Size.SMALL))
        self.page.document().setDocumentMargin(grid(3))
        self._buttons.setContentsMargins(grid(3), grid(2), grid(3), grid(3))
        self._buttons.setSpacing(grid(1))
        self._below.setContentsMargins(grid(3), grid(2), grid(3), 0)
        for button in self._all_buttons():
            button.setFont(self._theme.font(Size.SMALL))
        self._show_sheet()

    # ── Wishes ───────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_edit(self) -> None:
        self.edit_requested.emit(self._sheet.order_id)

    @Slot()
    def _on_again(self) -> None:
        if self._again is not None:
            self._again.trigger()

    @Slot(QUrl)
    def _on_anchor(self, url: QUrl) -> None:
        if url.scheme() == SCHEME:
            self.shot_opened.emit(url.path())

    @Slot()
    def _on_asked(self) -> None:
        self.explain_requested.emit(self._sheet.order_id)

    @Slot()
    def _on_show_on_map(self) -> None:
        self.show_on_map.emit(self._sheet.order_ids)

    @Slot()
    def _on_hold(self) -> None:
        self.hold_toggled.emit(self._sheet.order_ids, not self._sheet.held)

    @Slot()
    def _on_unassign(self) -> None:
        self.unassign_requested.emit(self._sheet.order_ids)


class ProofPage(QTextBrowser):
    """A page that shows the pictures it was given and loads nothing else, from nowhere. Owned by the inspector."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, openLinks=False)
        self.images: Mapping[str, QImage] = {}

    def loadResource(self, _kind: int, name: QUrl | str) -> object:
        """Called by Qt for whatever the page refers to."""
        url = QUrl(name)
        return self.images.get(url.path()) if url.scheme() == SCHEME else None
