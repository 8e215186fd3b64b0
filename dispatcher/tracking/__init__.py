"""Tracking: what phones and trackers send, and what follows from it on the road. Knows no HTTP and no storage."""
