"""What goes wrong on the day, named: a small form for each, that says what it will mean before it acts."""
