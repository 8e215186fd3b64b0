"""Exceptions: what raises one, what settles it. No storage, no window."""
