"""The review list of doubtful addresses."""
