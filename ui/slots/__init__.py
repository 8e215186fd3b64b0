"""The panel of slots: the calendar board, offers at the counter, bulk assignment, and the catalogue."""
