"""Drivers, vehicles, and who is on duty."""
