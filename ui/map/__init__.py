"""The map panel: a web page that only draws, and the widget that owns it.

Nothing here decides anything about the plan; gestures leave as signals. This file imports no Qt, so that
`environment.prepare_environment` can run before the first Qt import.
"""
