"""The sandbox is off for root alone, and nobody's own flags are lost."""

import os

import pytest

from ui.map.environment import HEAP_FLAG, prepare_environment

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there is no root here")


def test_root_runs_without_the_sandbox(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    environ = {}
    prepare_environment(environ)
    assert environ["QTWEBENGINE_DISABLE_SANDBOX"] == "1"


def test_people_keep_the_sandbox(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    environ = {}
    prepare_environment(environ)
    assert "QTWEBENGINE_DISABLE_SANDBOX" not in environ


def test_flags_that_are_set_stay():
    environ = {"QTWEBENGINE_CHROMIUM_FLAGS": "--disable-gpu", "QTWEBENGINE_DISABLE_SANDBOX": "0"}
    prepare_environment(environ)
    assert environ["QTWEBENGINE_CHROMIUM_FLAGS"] == f"--disable-gpu {HEAP_FLAG}"
    assert environ["QTWEBENGINE_DISABLE_SANDBOX"] == "0"
    prepare_environment(environ)
    assert environ["QTWEBENGINE_CHROMIUM_FLAGS"].count("--js-flags") == 1
