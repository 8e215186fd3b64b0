"""The problem, its engines, the judge, and why an order is unplanned. No persistence."""
