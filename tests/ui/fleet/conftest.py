"""What tests of the fleet panel share."""

from tests.fixtures.forms import geocoder, helsinki_index, runner, window, workplace

__all__ = ["geocoder", "helsinki_index", "runner", "window", "workplace"]
