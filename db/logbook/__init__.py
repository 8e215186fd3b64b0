"""How what happens on the road is kept: the logbook, a database of its own beside the plan's. Knows the domain only."""
