"""The certificates of the driver or vehicle that is chosen, below the list; changed in place like all of the fleet."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dispatcher.domain.certificates import Certificate
from dispatcher.services.certificates import SOON_DAYS
from ui.fleet.page import PageTexts, RecordPage
from ui.fleet.papers import DRAFT, Held, Owner, Today, certificate_columns
from ui.fleet.records import Column
from ui.parts.fields import named
from ui.theme import Theme

SKILL, VALID_UNTIL = 0, 2


class CertificatesPane(QWidget):
    """Insert adds one, Delete removes it, F2 or typing changes a cell. GUI thread.

    Signals:
        change_requested(owner): a person changed them; the whole driver or vehicle as it should be.
    """

    change_requested = Signal(object)

    def __init__(self, name: str, what: str, today: Today, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, "Certificates")
        self._what, self._theme = what, theme
        self._owner: Owner | None = None
        self._adding = False
        texts = PageTexts(
            f"{name}.table", "Certificates", "Add certificate", "Remove certificate", "certificate-outline",
            "Add certificate",
        )  # fmt: skip
        self.page = RecordPage(texts, certificate_columns(today, theme), theme)
        self.title = QLabel(self)
        self.title.setObjectName(f"{name}.title")
        self.soon = named(QCheckBox(self), f"{name}.soon", f"Only {what}s with a certificate that runs out soon")
        self.soon.setText(f"Only {what}s with one that runs out within {SOON_DAYS} days")
        self._lay_out()
        self.page.add_requested.connect(self._on_add)
        self.page.step_requested.connect(self._on_add)
        self.page.remove_requested.connect(self._on_remove)
        self.page.model.change_requested.connect(self._on_changed)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_owner(None)

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, self._theme.grid(2), 0, 0)
        whole.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(self._theme.grid(3), 0, self._theme.grid(3), 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.soon)
        whole.addLayout(head)
        whole.addWidget(self.page, 1)
        self.page.tighten()

    @Slot()
    def _dress(self) -> None:
        self.title.setFont(self._theme.font(bold=True))

    def sizeHint(self) -> QSize:
        """A few rows, with their buttons."""
        return QSize(super().sizeHint().width(), self._theme.grid(56))

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def owner(self) -> Owner | None:
        """Whose certificates are shown."""
        return self._owner

    def show_owner(self, owner: Owner | None) -> None:
        """Whose to show; a row that is being filled in stays as long as they have not changed."""
        known, self._owner = self._owner, owner
        same = known is not None and owner is not None and known.id == owner.id
        if not same:
            self._adding = False
            self.page.fault.say("")
        if owner is not None and known is not None and same and known.certificates == owner.certificates:
            return
        held = [] if owner is None else [Held(n, each) for n, each in enumerate(owner.certificates)]
        self._show(held)
        if self._adding and held:
            self._adding = False
            self.page.edit_when_shown(held[-1].id, VALID_UNTIL)

    def _show(self, held: Sequence[Held]) -> None:
        owner = self._owner
        name = owner.name if owner else ""
        self.title.setText(f"Certificates of {name}" if owner else "Certificates")
        none = f"{name} has no certificates." if owner else f"Choose a {self._what} to see the certificates."
        self.page.show_records(held, none)
        self.page.empty.set_step("Add certificate" if owner else "")
        self.page.add_button.setEnabled(owner is not None)

    # --- changes --------------------------------------------------------------------------------------------------

    @Slot()
    def _on_add(self) -> None:
        """A row to fill in; it is taken up with its skill."""
        if self._owner is None:
            return
        self.page.fault.say("")
        held = [Held(n, each) for n, each in enumerate(self._owner.certificates)]
        self._show([*held, Held(DRAFT, Certificate(""))])
        self.page.edit_when_shown(DRAFT, SKILL)

    @Slot(object)
    def _on_changed(self, held: Held) -> None:
        if self._owner is None:
            return
        certificates = list(self._owner.certificates)
        if held.id == DRAFT:
            certificates.append(held.certificate)
            self._adding = True
        else:
            certificates[held.id] = held.certificate
        self._request(certificates)

    @Slot(object)
    def _on_remove(self, chosen: Sequence[Held]) -> None:
        gone = {held.id for held in chosen}
        if self._owner is None:
            return
        kept = [each for n, each in enumerate(self._owner.certificates) if n not in gone]
        if gone == {DRAFT}:
            self._show([Held(n, each) for n, each in enumerate(kept)])
        else:
            self._request(kept)

    def _request(self, certificates: Sequence[Certificate]) -> None:
        """A skill that now has a certificate is no plain skill any more: it would never run out."""
        assert self._owner is not None
        names = {each.skill.strip().lower() for each in certificates}
        skills = self._owner.skills - names
        self.page.fault.say("")
        self.change_requested.emit(replace(self._owner, certificates=tuple(certificates), skills=skills))


class OwnersPage(RecordPage):
    """A list of drivers or vehicles, and below it the certificates of the one chosen. GUI thread."""

    def __init__(self, texts: PageTexts, columns: Sequence[Column[Any]], pane: CertificatesPane, theme: Theme) -> None:
        super().__init__(texts, columns, theme)
        self.pane = pane
        self.parts.addWidget(pane)
        self.parts.setStretchFactor(1, 2)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)

    @Slot(QModelIndex, QModelIndex)
    def _on_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.pane.show_owner(self.model.record(current.row()) if current.isValid() else None)

    def choose(self, owner: Owner) -> None:
        """Show the certificates of this one, if it is in the list."""
        row = self._row_of(owner)
        if row is not None:
            self.table.selectRow(row)
            self.table.setFocus()

    def show_records(self, records: Sequence[Any], empty_text: str) -> None:
        """Other rows; who was chosen stays so while still there."""
        chosen = self.pane.owner
        super().show_records(records, empty_text)
        self.pane.setVisible(bool(records) or self.pane.soon.isChecked())
        current = self.table.currentIndex()
        row = current.row() if current.isValid() else None if chosen is None else self._row_of(chosen)
        if row is None:
            self.pane.show_owner(None)
            return
        if not current.isValid():
            self.table.selectRow(row)
        self.pane.show_owner(self.model.record(row))

    def _row_of(self, owner: Owner) -> int | None:
        rows = range(self.model.rowCount())
        return next((row for row in rows if self.model.record(row).id == owner.id), None)
