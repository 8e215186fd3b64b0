"""Identities. All are UUIDv7 strings: unique without a server, and sorted by the time they were made."""

from typing import NewType

from uuid6 import uuid7

OrderId = NewType("OrderId", str)
DriverId = NewType("DriverId", str)
VehicleId = NewType("VehicleId", str)
ShiftId = NewType("ShiftId", str)
ClosureId = NewType("ClosureId", str)
DeviceId = NewType("DeviceId", str)


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562, section 5.7) as 36 characters."""
    return str(uuid7())
