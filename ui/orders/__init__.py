"""The form of a single order."""
