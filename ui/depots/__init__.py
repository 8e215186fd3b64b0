"""Forms for depots and the regions they stand on."""
