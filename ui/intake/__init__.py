"""Bringing order files in: the form with its preview."""
