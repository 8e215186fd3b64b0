"""What tests of the forms for depots and regions share."""

from tests.fixtures.forms import geocoder, helsinki_index, runner, window, workplace
from tests.fixtures.region import helsinki_roads

__all__ = ["geocoder", "helsinki_index", "helsinki_roads", "runner", "window", "workplace"]
