"""The timeline: a lane for every driver, the day from left to right. `panel` is the way in.

`lanes` and `geometry` know no Qt; `panel` loads pyqtgraph, which takes a moment, only when it is first seen.
"""
