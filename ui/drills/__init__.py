"""Drills in the window: asked for, played on the real board in a copy, and looked back on."""
