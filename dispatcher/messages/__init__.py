"""Messages to customers: words, hours, numbers, lines. No storage, no window."""
