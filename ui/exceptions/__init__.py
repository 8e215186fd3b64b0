"""The queue of exceptions: what went otherwise than planned, worked off by pressing what would settle it."""
