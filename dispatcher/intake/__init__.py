"""Order files → orders: columns and their aliases, readers, row errors, merge modes. No geocoding."""
