"""What the web engine reads from the environment before it starts. No Qt here: this runs before it is imported."""

import os
from collections.abc import MutableMapping

HEAP_FLAG = "--js-flags=--max-old-space-size=160"
"""Caps the page's JavaScript heap at 160 MB: it uses 45, but without a cap grows lazily to 320."""


def prepare_environment(environ: MutableMapping[str, str] = os.environ) -> None:
    """Set what is not set yet. Call before QApplication, best before importing PySide6.

    Chromium aborts when it is root with its sandbox on, which happens in containers only; for everyone else the
    sandbox stays on.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    flags = environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "")
    if "--js-flags" not in flags:
        environ["QTWEBENGINE_CHROMIUM_FLAGS"] = f"{flags} {HEAP_FLAG}".strip()
