"""Drivers' phones: which are paired, how they stand, and the gateway that they send to."""
