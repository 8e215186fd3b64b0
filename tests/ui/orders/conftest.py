"""What tests of the order's form share."""

from tests.fixtures.forms import geocoder, helsinki_index, runner, window, workplace

__all__ = ["geocoder", "helsinki_index", "runner", "window", "workplace"]
