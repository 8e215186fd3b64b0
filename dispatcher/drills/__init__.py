"""Drills: what goes wrong on a practice day and when, what is kept of a drill, and how it is scored. Pure code."""
