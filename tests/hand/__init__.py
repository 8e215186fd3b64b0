"""A dispatcher's day in the real window, done with a real pointer and real keys, and a picture of every moment.

`python -m tests.hand DIR` starts a display of its own, opens the demo depot in it and plays the steps. What they did is
read from the store; the window is asked only where things are. Needs Xvfb, openbox and xdotool; no pytest runs this.
"""
