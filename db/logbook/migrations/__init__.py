"""The way from every logbook schema that was ever released to today's; forward only, as in `db.migrations`."""
