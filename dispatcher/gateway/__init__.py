"""The gateway: the server that drivers' phones reach, a process of its own. Holds no rules."""
