"""What the tests of tracking share."""

from tests.fixtures.region import helsinki_network, helsinki_roads

__all__ = ["helsinki_network", "helsinki_roads"]
