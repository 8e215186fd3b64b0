"""One OpenStreetMap extract → a region pack; the road network and the geocoder that read it. No planning."""
