"""Proposals: what is offered, its cards, and what it would change."""
