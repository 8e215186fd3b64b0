"""Proof: what shows that an attempt was as the driver says. Knows no HTTP and no storage."""
