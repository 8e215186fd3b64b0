"""Simulated rounds: a day driven over the roads through the gateway's real HTTP."""
