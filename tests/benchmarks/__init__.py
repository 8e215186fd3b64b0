"""Measurements: each module yields figures from `run()`; `start.py bench [NAME…]` prints them."""
