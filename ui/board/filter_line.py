"""The line above a panel's table: words to look for, marks to choose by, and saved views. It wishes; panels filter."""

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget, QWidgetAction

from ui.board.filtering import Filter, label_of, skill_mark
from ui.theme import Size, Theme


class FilterLine(QWidget):
    """Count, words, funnel and views in one line; the chosen marks below it, each with a way out. GUI thread.

    Signals:
        changed(Filter): a person wants to see other rows.
        view_chosen(name), view_saved(name), view_removed(name): a saved view is to be shown, kept or thrown away.
    """

    changed = Signal(object)
    view_chosen = Signal(str)
    view_saved = Signal(str)
    view_removed = Signal(str)

    def __init__(self, theme: Theme, marks: Sequence[str], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._marks = theme, tuple(marks)
        self._skills: tuple[str, ...] = ()
        self._views: tuple[str, ...] = ()
        self._filter = Filter()
        self._shown: list[QToolButton] = []
        self.count = QLabel()
        self.count.setProperty("muted", True)
        self.edit = QLineEdit(placeholderText="Filter", clearButtonEnabled=True)
        self.edit.setObjectName(f"{name}.filter")
        self.edit.textChanged.connect(self._on_typed)
        self.funnel = self._button(f"{name}.marks", "Show only some rows", self._fill_marks)
        self.views = self._button(f"{name}.views", "Saved views", self._fill_views)
        self._chips = QHBoxLayout()
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def filter(self) -> Filter:
        """What a person wants to see."""
        return self._filter

    def set_filter(self, chosen: Filter) -> None:
        """Want this from now on, and say so."""
        if chosen == self._filter:
            return
        self._filter = chosen
        if self.edit.text() != chosen.text:
            self.edit.setText(chosen.text)
        self._show_chips()
        self.changed.emit(chosen)

    @Slot()
    def clear(self) -> None:
        """Show everything."""
        self.set_filter(Filter())

    def set_skills(self, skills: Iterable[str]) -> None:
        """The skills to choose by."""
        self._skills = tuple(sorted(skills))

    def set_views(self, names: Collection[str]) -> None:
        """The saved views to choose from."""
        self._views = tuple(sorted(names, key=str.casefold))

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        self._line = QHBoxLayout()
        self._line.addWidget(self.count, 1)
        self._line.addWidget(self.edit, 2)
        self._line.addWidget(self.funnel)
        self._line.addWidget(self.views)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._line)
        layout.addLayout(self._chips)
        self._chips.addStretch(1)

    def _button(self, name: str, tooltip: str, fill: object) -> QToolButton:
        button = QToolButton(self, popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setObjectName(name)
        button.setToolTip(tooltip)
        button.setAccessibleName(tooltip)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(fill)
        button.setMenu(menu)
        return button

    # ── Words and marks ──────────────────────────────────────────────────────────────────────────────────────────

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self.set_filter(Filter(text, self._filter.marks))

    @Slot()
    def _fill_marks(self) -> None:
        menu = self.funnel.menu()
        menu.clear()
        for mark in self._marks:
            self._offer_mark(menu, mark)
        if self._skills:
            skills = menu.addMenu("Needs a skill")
            for skill in self._skills:
                self._offer_mark(skills, skill_mark(skill))
        menu.addSeparator()
        menu.addAction("Show everything", self.clear).setEnabled(bool(self._filter))

    def _offer_mark(self, menu: QMenu, mark: str) -> None:
        action = menu.addAction(label_of(mark))
        action.setCheckable(True)
        action.setChecked(mark in self._filter.marks)
        action.setData(mark)
        action.triggered.connect(self._on_mark_toggled)

    @Slot()
    def _on_mark_toggled(self) -> None:
        chosen = self.sender()
        if isinstance(chosen, QAction):
            self.toggle(str(chosen.data()))

    def toggle(self, mark: str) -> None:
        """Choose by a mark, or no longer."""
        self.set_filter(Filter(self._filter.text, self._filter.marks ^ {mark}))

    def _show_chips(self) -> None:
        for chip in self._shown:
            self._chips.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._shown = [self._chip(mark) for mark in sorted(self._filter.marks)]
        for chip in self._shown:
            self._chips.insertWidget(self._chips.count() - 1, chip)
        token = "accent" if self._filter.marks else "muted"
        self.funnel.setIcon(self._theme.icon("filter-variant", token))
        grid = self._theme.grid
        self._chips.setContentsMargins(grid(3), 0, grid(2), grid(1) if self._filter.marks else 0)

    def _chip(self, mark: str) -> QToolButton:
        chip = QToolButton(self)
        chip.setText(f"{label_of(mark)}  ×")
        chip.setObjectName(f"chip.{mark}")
        chip.setAccessibleName(f"Shown only: {label_of(mark)}; press to show the others too")
        chip.setToolTip("Show the others too")
        chip.setFont(self._theme.font(Size.SMALL))
        chip.setCheckable(True)
        chip.setChecked(True)
        chip.setProperty("mark", mark)
        chip.clicked.connect(self._on_chip_clicked)
        return chip

    @Slot()
    def _on_chip_clicked(self) -> None:
        chip = self.sender()
        if chip is not None:
            self.toggle(str(chip.property("mark")))

    # ── Saved views ──────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _fill_views(self) -> None:
        menu = self.views.menu()
        menu.clear()
        for name in self._views:
            action = menu.addAction(name.replace("&", "&&"))
            action.setData(name)
            action.triggered.connect(self._on_view_chosen)
        if self._views:
            removals = menu.addMenu("Delete a view")
            for name in self._views:
                action = removals.addAction(name.replace("&", "&&"))
                action.setData(name)
                action.triggered.connect(self._on_view_removed)
            menu.addSeparator()
        menu.addAction(self._naming(menu))

    def _naming(self, menu: QMenu) -> QWidgetAction:
        """A field in the menu: a name and Enter keep the view."""
        field = QLineEdit(menu, placeholderText="Save this view as…", maxLength=60)
        field.setObjectName("board.view_name")
        field.setAccessibleName("Name of the view to save")
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.returnPressed.connect(self._on_view_named)
        action = QWidgetAction(menu)
        action.setDefaultWidget(field)
        return action

    @Slot()
    def _on_view_named(self) -> None:
        field = self.sender()
        name = field.text().strip() if isinstance(field, QLineEdit) else ""
        if name:
            self.views.menu().close()
            self.view_saved.emit(name)

    @Slot()
    def _on_view_chosen(self) -> None:
        chosen = self.sender()
        if isinstance(chosen, QAction):
            self.view_chosen.emit(chosen.data())

    @Slot()
    def _on_view_removed(self) -> None:
        chosen = self.sender()
        if isinstance(chosen, QAction):
            self.view_removed.emit(chosen.data())

    # ── Looks ────────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_theme_changed(self) -> None:
        grid, small = self._theme.grid, self._theme.font(Size.SMALL)
        for widget in (self.count, self.edit):
            widget.setProperty("small", True)  # a font set by hand is lost when a dock takes the panel in
            widget.setFont(small)
        self.edit.setMaximumWidth(grid(44))
        self.edit.setMinimumWidth(grid(18))
        self.views.setIcon(self._theme.icon("bookmark-outline", "muted"))
        self._line.setContentsMargins(grid(3), grid(1), grid(2), grid(1))
        self._line.setSpacing(grid(1))
        self._chips.setSpacing(grid(1))
        self._show_chips()
