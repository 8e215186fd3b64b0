"""The sketch in whatever room it is left: it never breaks, and its two names never stand on one another."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from dispatcher.domain.place import Place
from ui.proofs.sketch import Scene, Sketch
from ui.theme import Size, Theme

STOP = Place(60.17, 24.94)


@pytest.fixture
def sketch(theme: Theme, qtbot: QtBot) -> Sketch:
    sketch = Sketch(theme)
    qtbot.addWidget(sketch)
    return sketch


@pytest.mark.parametrize("size", [(300, 47), (300, 20), (40, 200), (3, 3), (1, 1)])
def test_next_to_no_room_is_enough(sketch: Sketch, size: tuple[int, int]) -> None:
    sketch.setMinimumSize(1, 1)
    sketch.resize(*size)
    sketch.show_scene(Scene(STOP, Place(60.1705, 24.9402), 12.0, [[(60.17, 24.94), (60.18, 24.95)]]))
    frame = sketch._frame()
    assert frame is not None
    assert frame.scale > 0
    assert not sketch.grab().isNull()


@pytest.mark.parametrize("dx", [-30, -5, 0, 5, 30])
@pytest.mark.parametrize("dy", [-8, 0, 8])
def test_the_names_of_near_marks_stand_apart(sketch: Sketch, theme: Theme, dx: int, dy: int) -> None:
    sketch.resize(300, 200)
    measure = QFontMetrics(theme.font(Size.SMALL))
    for x in (2.0, 150.0, 298.0):
        stop, phone = QPointF(x, 100), QPointF(min(299.0, max(0.0, x + dx)), 100 + dy)
        one = sketch.label_box(measure, stop, "stop", away_from=phone, before=True)
        other = sketch.label_box(measure, phone, "phone", away_from=stop)
        assert not one.intersects(other), (one, other)
        assert all(sketch.rect().contains(box.toRect()) for box in (one, other))
