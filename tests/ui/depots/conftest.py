"""What tests of the forms for depots and regions share."""

from tests.fixtures.forms import geocoder, helsinki_index, helsinki_pack, runner, window, with_region, workplace

__all__ = ["geocoder", "helsinki_index", "helsinki_pack", "runner", "window", "with_region", "workplace"]
