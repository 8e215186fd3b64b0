"""The main window: its header, rail, menus and status bar, and the wiring of panels to the day."""
