"""The top of the panel: which span, compared or not, cut along which side; measures or drivers; export."""

from datetime import date

from PySide6.QtCore import QDate, QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services.insight import CUTS, Measure, Span
from ui.insight.tolerance import Tolerance
from ui.insight.words import TIPS, Preset, span_before, span_of, span_words
from ui.parts.fields import named, set_icon
from ui.theme import Theme

KEPT = "insight/asked"
ENDINGS = {"xlsx": "Excel (XLSX)…", "pdf": "PDF…", "html": "Web page (HTML)…"}


class SpanWords(QLabel):
    """Shortened where there is no room for all of it, which its tool tip has."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        QPainter(self).drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


class InsightBar(QWidget):
    """GUI thread.

    Signals:
        changed(): something else is to be shown; ask `span`, `compared`, `cut_id`, `drivers`.
        export_requested(str): write what is shown, as a file that ends so.
        wall_requested(): open the board for the wall.
        terms_chosen(Terms): read promises so from now on.
    """

    changed = Signal()
    export_requested = Signal(str)
    wall_requested = Signal()
    terms_chosen = Signal(object)

    def __init__(self, theme: Theme, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, settings
        self._on = date.today()  # noqa: DTZ011 - until a day is shown
        self._chips, self._pages = QButtonGroup(self), QButtonGroup(self)
        self.presets = {preset: self._chip(preset) for preset in Preset}
        self.first = self._day("insight.first", "First day")
        self.last = self._day("insight.last", "Last day")
        self.span_words = named(SpanWords(self), "insight.span", "The span shown")
        self.compare = named(QCheckBox("Compare", self), "insight.compare", "Compare with the span before")
        self.cut = named(QComboBox(self), "insight.cut.choice", "Cut by")
        for cut in CUTS:
            self.cut.addItem(f"By {cut.name[0].lower()}{cut.name[1:]}", cut.id)
        self.cut.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.measures_button = self._page("measures", "Measures", "What the days amount to  (M)")
        self.drivers_button = self._page("drivers", "Drivers", "Scorecards of the span  (D)")
        self.plans_button = self._page("plans", "Plans", "The day's plan beside what was tried in copies of it  (P)")
        self.plans_button.hide()
        self.learned_button = self._page("learned", "Learned", "What the depot's own history taught  (G)")
        self.export = named(QToolButton(self), "insight.export", "Export the table")
        self.export.setToolTip("Write what is shown to a file  (Ctrl+Shift+X)")
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self)
        for ending, words in ENDINGS.items():
            action = self.menu.addAction(words)
            action.setObjectName(f"insight.export.{ending}")
            action.triggered.connect(lambda _checked=False, kind=ending: self.export_requested.emit(kind))
        self.export.setMenu(self.menu)
        self.wall = named(QToolButton(self), "insight.wall", "Board for the wall")
        self.wall.setToolTip("Today in large figures, for a screen on the wall  (W)")
        self.tolerance = Tolerance(theme, self)
        self.tolerance.chosen.connect(self.terms_chosen)
        self._restore()
        self._lay_out()
        self._wire()
        self._dress()
        self._settle()

    # --- making ---------------------------------------------------------------------------------------------------

    def _chip(self, preset: Preset) -> QToolButton:
        button = named(QToolButton(self), f"insight.span.{preset.name.lower()}", preset.value)
        button.setText(preset.value)
        button.setToolTip(TIPS[preset])
        button.setCheckable(True)
        self._chips.addButton(button)
        return button

    def _page(self, name: str, text: str, tip: str) -> QToolButton:
        button = named(QToolButton(self), f"insight.{name}", text)
        button.setText(text)
        button.setToolTip(tip)
        button.setCheckable(True)
        self._pages.addButton(button)
        return button

    def _day(self, name: str, accessible: str) -> QDateEdit:
        field = named(QDateEdit(self), name, accessible)
        field.setDisplayFormat("d MMM yyyy")
        field.setCalendarPopup(True)
        field.setKeyboardTracking(False)
        return field

    def _lay_out(self) -> None:
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._row, self._dates = QHBoxLayout(), QHBoxLayout()
        self._whole.addLayout(self._row)
        self._whole.addLayout(self._dates)
        for part in (*self.presets.values(), self.span_words, self.first, self.last):  # beside all else too wide
            self._dates.addWidget(part)
        self._dates.addStretch()
        for part in (self.measures_button, self.drivers_button, self.plans_button, self.learned_button):
            self._row.addWidget(part)
        self._row.addStretch()
        for part in (self.compare, self.cut, self.tolerance, self.export, self.wall):
            self._row.addWidget(part)

    def _wire(self) -> None:
        self._chips.buttonToggled.connect(self._on_toggled)
        self._pages.buttonToggled.connect(self._on_toggled)
        self.compare.toggled.connect(self._on_chosen)
        self.cut.currentIndexChanged.connect(self._on_chosen)
        self.first.dateChanged.connect(self._on_first)
        self.last.dateChanged.connect(self._on_last)
        self.wall.clicked.connect(self.wall_requested)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        for row in (self._whole, self._row, self._dates):
            row.setSpacing(grid(1))
        set_icon(self.export, "export-variant", self._theme)
        set_icon(self.wall, "monitor-dashboard", self._theme)
        for field in (self.first, self.last):
            field.setMinimumWidth(grid(32))
        self.cut.setMinimumWidth(grid(22))

    # --- what is chosen -------------------------------------------------------------------------------------------

    def set_day(self, on: date) -> None:
        """Spans end with this day from now on; `changed` is not told. One of one's own stays."""
        self._on = on
        self._settle()

    @property
    def preset(self) -> Preset:
        """The chip that is down."""
        return next(preset for preset, button in self.presets.items() if button.isChecked())

    @property
    def span(self) -> Span:
        """What is shown."""
        if self.preset is not Preset.CUSTOM:
            return span_of(self.preset, self._on)
        first, last = _python(self.first.date()), _python(self.last.date())
        return Span(min(first, last), max(first, last))

    @property
    def compared(self) -> Span | None:
        """What it is compared with, if anything."""
        return span_before(self.span) if self.compare.isChecked() else None

    @property
    def cut_id(self) -> str:
        """Along which side."""
        return str(self.cut.currentData())

    @property
    def drivers(self) -> bool:
        """Whether scorecards are shown, and not measures."""
        return self.drivers_button.isChecked()

    @property
    def plans(self) -> bool:
        """Whether plans are shown side by side."""
        return self.plans_button.isChecked()

    @property
    def learned(self) -> bool:
        """Whether it is shown what was learned."""
        return self.learned_button.isChecked()

    @property
    def measured(self) -> bool:
        """Whether a span of dates is looked at."""
        return not self.plans and not self.learned

    @property
    def day(self) -> date:
        """The day shown, with which spans end."""
        return self._on

    def choose_cut(self, cut_id: str) -> None:
        """Cut along this side."""
        self.cut.setCurrentIndex(self.cut.findData(cut_id))

    def choose_preset(self, preset: Preset) -> None:
        """Show this span."""
        self.presets[preset].setChecked(True)

    def set_custom(self, span: Span) -> None:
        """Show these dates."""
        self.set_fields(span)
        if self.preset is Preset.CUSTOM:
            self._on_chosen()
        else:
            self.choose_preset(Preset.CUSTOM)

    def allow_cuts(self, measure: Measure) -> None:
        """Only those that this measure can be cut by; one that cannot gives way to days."""
        model = self.cut.model()
        assert isinstance(model, QStandardItemModel)
        for n, cut in enumerate(CUTS):
            model.item(n).setEnabled(cut.fits(measure))
        if not CUTS[self.cut.currentIndex()].fits(measure):
            self.cut.blockSignals(True)
            self.choose_cut("day")
            self.cut.blockSignals(False)

    def _restore(self) -> None:
        """What was looked at last; dates of one's own are not kept, since they grow old."""
        kept = str(self._settings.value(KEPT, "", type=str)).split()
        preset, compare, cut, page = kept if len(kept) == 4 else ("WEEK", "1", "day", "measures")
        known = Preset.__members__.get(preset, Preset.WEEK)
        self.presets[Preset.WEEK if known is Preset.CUSTOM else known].setChecked(True)
        self.compare.setChecked(compare == "1")
        self.cut.setCurrentIndex(max(0, self.cut.findData(cut)))
        (self.drivers_button if page == "drivers" else self.measures_button).setChecked(True)

    def _settle(self) -> None:
        """Fields and words say what is chosen."""
        custom = self.preset is Preset.CUSTOM
        span = self.span
        if not custom:
            self.set_fields(span)
        self.span_words.setText(span_words(span))
        self.span_words.setToolTip(span_words(span))
        self.compare.setToolTip(f"With {span_words(span_before(span))}: the same weekdays  (C)")
        shown: dict[QWidget, bool] = dict.fromkeys((self.first, self.last), custom and self.measured)
        shown |= {self.span_words: not custom and self.measured, self.tolerance: self.measured}
        shown |= dict.fromkeys(self.presets.values(), self.measured) | {self.export: not self.learned}
        shown |= dict.fromkeys((self.compare, self.cut), self.measured and not self.drivers)
        for part, there in sorted(shown.items(), key=lambda one: one[1]):  # never all at once: that is too wide
            part.setVisible(there)

    def set_fields(self, span: Span) -> None:
        """Where one's own span begins from."""
        for field, day in ((self.first, span.first), (self.last, span.last)):
            field.blockSignals(True)
            field.setDate(QDate(day.year, day.month, day.day))
            field.blockSignals(False)

    @Slot(QToolButton, bool)
    def _on_toggled(self, _button: QToolButton, checked: bool) -> None:
        if checked:
            self._on_chosen()

    @Slot(QDate)
    def _on_first(self, day: QDate) -> None:
        """The last day is not before the first."""
        if self.last.date() < day:
            self.set_fields(Span(_python(day), _python(day)))
        self._on_chosen()

    @Slot(QDate)
    def _on_last(self, day: QDate) -> None:
        if self.first.date() > day:
            self.set_fields(Span(_python(day), _python(day)))
        self._on_chosen()

    @Slot()
    def _on_chosen(self) -> None:
        self._settle()
        page = "drivers" if self.drivers else "plans" if self.plans else "measures"
        kept = f"{self.preset.name} {int(self.compare.isChecked())} {self.cut_id} {page}"
        self._settings.setValue(KEPT, kept)
        self.changed.emit()


def _python(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())
