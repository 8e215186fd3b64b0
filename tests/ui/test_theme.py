"""The look keeps its promises: contrast, colours the colour-blind can tell apart, sizes, a switch at run time."""

import itertools
import re

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QApplication

from ui import theme as look
from ui.theme import TEXT_SCALES, Mode, Size, Theme, contrast, driver_colour, legible_on

GROUNDS = ("window", "base", "raised", "hover", "selection")
INKS = ("text", "muted", "accent", "late", "risk", "done", "moving")
SIGHTS = {  # Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), list(itertools.product(INKS, GROUNDS)))
def test_text_has_contrast_on_every_ground(name: str, ink: str, ground: str) -> None:
    colours = look.tokens(name)
    assert contrast(QColor(colours[ink]), QColor(colours[ground])) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("tone", ["late", "risk", "done", "moving"])
def test_tones_have_contrast_on_their_tints(name: str, tone: str) -> None:
    colours = look.tokens(name)
    assert contrast(QColor(colours[tone]), QColor(colours[f"{tone}_tint"])) >= 4.5
    assert contrast(QColor(colours["on_accent"]), QColor(colours["accent"])) >= 4.5


def test_both_themes_name_the_same_tokens_and_the_sheet_uses_no_other() -> None:
    light, dark = look.tokens("light"), look.tokens("dark")
    used = set(re.findall(r"\{(\w+)\}", (look.RESOURCES / "style.qss").read_text(encoding="utf-8")))
    assert light.keys() == dark.keys()
    assert used - light.keys() == {"small", "radio", "radio_radius", "radio_ring", "radio_dot"}


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)


@pytest.mark.parametrize("number", range(1, 13))
def test_a_number_is_legible_on_its_drivers_colour(number: int) -> None:
    ground = driver_colour(number)
    assert contrast(legible_on(ground), ground) >= 4.5
    for name in ("light", "dark"):
        assert contrast(ground, QColor(look.tokens(name)["base"])) >= 2.0


def test_driver_colours_repeat_after_twelve() -> None:
    assert driver_colour(13) == driver_colour(1)
    assert len({driver_colour(n).name() for n in range(1, 13)}) == 12


@pytest.mark.parametrize(
    ("sight", "least"), [("normal", 21), ("protanopia", 13), ("deuteranopia", 13), ("tritanopia", 13)]
)
def test_driver_colours_can_be_told_apart(sight: str, least: float) -> None:
    seen = [_lab(driver_colour(n), SIGHTS[sight]) for n in range(1, 13)]
    assert min(_ciede2000(a, b) for a, b in itertools.combinations(seen, 2)) >= least


def test_ciede2000_agrees_with_its_published_test_data() -> None:
    """Sharma, Wu, Dalal 2005, table 1, pairs 1, 7 and 17."""
    assert _ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert _ciede2000((50, 0, 0), (50, -1, 2)) == pytest.approx(2.3669, abs=1e-4)
    assert _ciede2000((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)


def test_theme_changes_palette_fonts_and_icons_at_run_time(theme: Theme, qapp: QApplication, qtbot: object) -> None:
    heard: list[bool] = []
    theme.changed.connect(lambda: heard.append(theme.dark))
    try:
        theme.apply(Mode.DARK, 1.25)
        assert heard == [True]
        assert qapp.palette().base().color() == theme.colour("base") == QColor(look.tokens("dark")["base"])
        assert theme.font(Size.TEXT).pointSizeF() == pytest.approx(16.25)
        assert QFontInfo(qapp.font()).pointSizeF() == pytest.approx(16.25, abs=0.5)
        assert theme.grid(2) == 10
        dark = theme.pixmap("truck", "text", 16, 1.0).toImage()
    finally:
        theme.apply(Mode.LIGHT, 1.0)
    assert theme.pixmap("truck", "text", 16, 1.0).toImage() != dark
    assert theme.grid(2) == 8


def test_system_mode_follows_the_system(theme: Theme, qapp: QApplication) -> None:
    try:
        theme.apply(Mode.SYSTEM, 1.0)
        assert theme.dark is (qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark)
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_an_unknown_token_is_an_error(theme: Theme) -> None:
    with pytest.raises(KeyError):
        theme.colour("pink")


def _lab(colour: QColor, sight: np.ndarray) -> tuple[float, float, float]:
    rgb = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(sight @ linear, 0, 1)
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    xyz = to_xyz @ linear / to_xyz.sum(axis=1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return float(116 * y - 16), float(500 * (x - y)), float(200 * (y - z))


def _ciede2000(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Sharma, Wu, Dalal 2005."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    d_l, d_c, d_h = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = h1 + h2 if c1 * c2 == 0 else (h1 + h2) / 2 if abs(h1 - h2) <= 180 else ((h1 + h2 + 360) / 2) % 360
    t = (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    turn_term = -np.sin(np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2))))
    r_t = turn_term * 2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    return float(np.sqrt((d_l / s_l) ** 2 + (d_c / s_c) ** 2 + (d_h / s_h) ** 2 + r_t * d_c / s_c * d_h / s_h))


def test_round_buttons_grow_with_the_text_and_stay_round(theme: Theme) -> None:
    """A ring around a dot, never a square: the radius is half of what it stands on."""
    try:
        for scale in TEXT_SCALES:
            theme.apply(Mode.DARK, scale)
            side, radius, ring, dot = (int(v.removesuffix("px")) for v in theme._round_buttons().values())
            assert side == theme.grid(3)
            assert dot + 2 * ring == side + 2
            assert radius == (side + 2) // 2
            assert dot > 0
    finally:
        theme.apply(Mode.LIGHT, 1.0)
