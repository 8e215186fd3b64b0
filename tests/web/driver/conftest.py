"""A gateway and a browser to a module. Without Chromium these tests are skipped, and say what to do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tests.fixtures.phone import CHROMIUM, NO_CHROMIUM, Driver, Gateway, Phone, a_browser, a_gateway

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with a_gateway(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(gateway: Gateway) -> "Iterator[Browser]":
    if not CHROMIUM:
        pytest.skip(NO_CHROMIUM)
    with a_browser(gateway) as running:
        yield running


@pytest.fixture
def driver(gateway: Gateway) -> Driver:
    return gateway.a_driver()


type MakePhone = Callable[..., Phone]


@pytest.fixture
def make_phone(browser: "Browser") -> Iterator[MakePhone]:
    phones: list[Phone] = []

    def make(driver: Driver, **options: Any) -> Phone:
        phones.append(Phone(browser, driver, **options))
        return phones[-1]

    yield make
    for phone in phones:
        phone.close()


@pytest.fixture
def phone(make_phone: MakePhone, driver: Driver) -> Phone:
    """The driver's, not yet paired."""
    return make_phone(driver)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """What a camera gives: 1600 × 1200 pixels of coarse noise, some 200 kB."""
    file = tmp_path / "door.jpg"
    grain = np.random.default_rng(7).integers(0, 255, (96, 128, 3), dtype=np.uint8)
    Image.fromarray(grain).resize((1600, 1200)).save(file, quality=90)
    return file
