"""Simulated days in the window: asked for, watched, ended."""
