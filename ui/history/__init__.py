"""The day's history: every change, the day as it was after any of them, and the way back."""
