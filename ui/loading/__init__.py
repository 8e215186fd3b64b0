"""The panel of loading."""
