"""One customer: found across all days, looked at, written out, erased."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.domain.keeping import Trace
from dispatcher.domain.progress import Progress
from dispatcher.services.erasing_persons import Erased, erase_person, refusals
from dispatcher.services.persons import PersonKept, find_person, kept_of
from dispatcher.services.persons_export import export_person
from dispatcher.services.workplace import Workplace
from ui import format as format_words
from ui.keeping import words
from ui.keeping.desk import Desk
from ui.keeping.model import LineModel
from ui.keeping.work import paragraph
from ui.parts.fields import label, mark, named
from ui.parts.said import Tone
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Size, Theme

WHAT = "Find a customer’s orders of all days, also those that only the history has. Untick what is somebody else’s."
ERASING = (
    "Erasing cannot be undone. Name, address, notes, signatures, photos and messages go, also from the history; "
    "that the orders were served stays, and addresses that want no messages."
)
HEADERS = ("Order", "Day", "Name", "Telephone", "E-mail", "Address")
FILE = "person.zip"


class PersonTab(QWidget):
    """GUI thread."""

    def __init__(self, workplace: Workplace, desk: Desk, theme: Theme, tabs: QTabWidget) -> None:
        super().__init__(tabs)
        tabs.addTab(self, "A person")  # before it is filled: who gets another parent loses the colour of its words
        self._workplace, self._desk, self._theme = workplace, desk, theme
        self._kept: PersonKept | None = None
        self._make(theme)
        self._lay_out()
        self._wire()
        self._dress()
        self._show(None, ())

    def _make(self, theme: Theme) -> None:
        self.what = paragraph("keeping.person.what", "What this is", theme, self)
        self.what.say(WHAT, Tone.QUIET)
        self.words = named(QLineEdit(self), "keeping.person.words", "Name, telephone, e-mail, address or order number")
        self.words.setPlaceholderText("name, telephone, e-mail, address or order number")
        self.search = named(QPushButton("Find", self), "keeping.person.find", "Find")
        self.model = LineModel(HEADERS, choosing=True, parent=self)
        self.table = plain_table(self, "keeping.person.orders", "Orders found")
        self.table.setModel(self.model)
        self.known = paragraph("keeping.person.known", "What is kept of them", theme, self)
        self.refused = paragraph("keeping.person.refused", "Why they cannot be erased", theme, self)
        self.export = named(QPushButton("Write out…", self), "keeping.person.export", "Write their data to a ZIP file")
        self.erasing = paragraph("keeping.person.erasing", "About erasing", theme, self)
        self.erasing.say(ERASING, Tone.QUIET)
        self.why = named(QLineEdit(self), "keeping.person.why", "Why they are erased")
        self.why.setPlaceholderText("asked by letter of …")
        self.number = named(QLineEdit(self), "keeping.person.number", "Number of orders, to be sure")
        self.erase = named(QPushButton("Erase for good", self), "keeping.person.erase", "Erase for good")
        for button in (self.search, self.export, self.erase):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        column, finding, doing = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        for part in (column, finding, doing):
            part.setSpacing(self._theme.grid(2))
        finding.addWidget(self.words, 1)
        finding.addWidget(self.search)
        finding.addWidget(self.export)
        doing.addWidget(label("&Why", self.why, self))
        doing.addWidget(self.why, 1)
        self.number_label = label("&Number of orders", self.number, self)
        doing.addWidget(self.number_label)
        doing.addWidget(self.number)
        doing.addWidget(self.erase)
        column.addWidget(self.what)
        column.addLayout(finding)
        column.addWidget(self.table, 1)
        for said in (self.known, self.refused, self.erasing):
            column.addWidget(said)
        column.addLayout(doing)

    def _wire(self) -> None:
        self.search.clicked.connect(self._on_find)
        self.words.returnPressed.connect(self._on_find)
        self.export.clicked.connect(self._on_export)
        self.erase.clicked.connect(self._on_erase)
        self.number.textChanged.connect(self._allow)
        self.why.textChanged.connect(self._allow)
        self.model.chosen_changed.connect(self._on_chosen)
        self._desk.working_changed.connect(self._allow)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        self.known.setFont(self._theme.font(Size.TEXT, bold=True))
        self.number.setFixedWidth(self._theme.grid(16))
        size_rows(self.table, self._theme)
        self.table.horizontalHeader().setStretchLastSection(True)

    # --- finding ---------------------------------------------------------------------------------------------------

    @Slot()
    def _on_find(self) -> None:
        self._desk.begin(partial(_find, self._workplace, self.words.text()), "Finding", self._on_found)

    def _on_found(self, found: tuple[Sequence[Trace], PersonKept | None]) -> None:
        traces, kept = found
        self.model.show_lines([words.trace_line(trace) for trace in traces])
        for number in range(len(HEADERS)):
            size_column(self.table, self._theme, number, least=12, most=46)
        self._desk.say(
            f"{format_words.count(len(traces), 'order')} found." if traces else "Nobody was found by these words."
        )
        if kept is not None:
            self._on_kept(kept)

    @Slot()
    def _on_chosen(self) -> None:
        """Other orders are theirs now: what is kept of them is looked up anew."""
        self._show(None, ())
        ids = [OrderId(key) for key in self.model.chosen]
        if ids and not self._desk.working:
            self._desk.begin(partial(_kept, self._workplace, ids), "Looking what is kept", self._on_looked)

    def _on_looked(self, kept: PersonKept) -> None:
        self._desk.say("")
        self._on_kept(kept)

    def _on_kept(self, kept: PersonKept) -> None:
        if set(kept.order_ids) == set(self.model.chosen):
            self._show(kept, refusals(kept, self._workplace.today))

    def _show(self, kept: PersonKept | None, refused: Sequence[str]) -> None:
        self._kept = kept
        self.number.clear()
        self.known.say(f"Kept of them: {words.known_words(kept.counts())}." if kept else "", bold=True)
        self.refused.say("\n".join(refused[:3]), Tone.WARNING)
        self._allow()

    @Slot()
    def _allow(self) -> None:
        free, kept = not self._desk.working, self._kept
        self.search.setEnabled(free)
        self.table.setEnabled(free)
        self.export.setEnabled(free and kept is not None)
        count = len(kept.traces) if kept else 0
        may = kept is not None and self._desk.writes and not self.refused.text()
        for field in (self.why, self.number):
            field.setEnabled(may)
        self.number.setPlaceholderText(f"type {count}" if may else "")
        self.erase.setEnabled(
            free and may and self.number.text().strip() == str(count) and bool(self.why.text().strip())
        )

    # --- writing out -----------------------------------------------------------------------------------------------

    @Slot()
    def _on_export(self) -> None:
        if self._kept is None or self._desk.name() is None:
            return
        ask = QFileDialog(self, "Write their data to", FILE, "ZIP files (*.zip)")
        ask.setObjectName("keeping.person.dialog")
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix("zip")
        ask.fileSelected.connect(self.export_to)
        ask.finished.connect(ask.deleteLater)
        ask.open()

    @Slot(str)
    def export_to(self, name: str) -> None:
        """Write it there."""
        by = self._desk.name()
        if self._kept is not None and by is not None:
            work = partial(_export, self._workplace, self._kept, Path(name), by)
            self._desk.begin(work, "Writing out", self._on_exported)

    def _on_exported(self, told: tuple[Path, int]) -> None:
        self._desk.say(f"Written to {told[0]}, with {format_words.count(told[1], 'file')}.", Tone.GOOD)

    # --- erasing ---------------------------------------------------------------------------------------------------

    @Slot()
    def _on_erase(self) -> None:
        by = self._desk.name()
        if self._kept is None or by is None or not self.erase.isEnabled():
            return
        why, number = self.why.text().strip(), int(self.number.text())
        mark(self.why, invalid=False)
        work = partial(_erase, self._workplace, self._kept.order_ids, by, why, number)
        self._desk.begin(work, "Erasing", self._on_erased)

    def _on_erased(self, erased: Erased) -> None:
        self._desk.changed(erased.changes)
        self.why.clear()
        self.model.show_lines(())
        left = f" Copies made before may hold them still: {'; '.join(erased.left)}." if erased.left else ""
        self._desk.say(f"Erased: {words.known_words(erased.counts)}.{left}", Tone.WARNING if left else Tone.GOOD)


def _find(workplace: Workplace, said: str, progress: Progress) -> tuple[Sequence[Trace], PersonKept | None]:
    found = [trace for trace in find_person(workplace, said, progress) if not trace.erased]
    return found, kept_of(workplace, [trace.order_id for trace in found], progress) if found else None


def _kept(workplace: Workplace, ids: Sequence[OrderId], progress: Progress) -> PersonKept:
    return kept_of(workplace, ids, progress)


def _export(workplace: Workplace, kept: PersonKept, out: Path, by: str, progress: Progress) -> tuple[Path, int]:
    return out, export_person(workplace, kept, out, by=by, progress=progress)["files"]


def _erase(workplace: Workplace, ids: Sequence[OrderId], by: str, why: str, orders: int, progress: Progress) -> Erased:
    return erase_person(workplace, ids, by=by, why=why, orders=orders, progress=progress)
