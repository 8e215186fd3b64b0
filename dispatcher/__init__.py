"""What a delivery depot does, in plain Python: no Qt and no SQL in here.

Units, everywhere: seconds, metres, kilograms, litres, minor currency units; `datetime` aware and in UTC;
`Place(lat, lon)` in degrees, WGS 84.
"""

__version__ = "0.1.0"
