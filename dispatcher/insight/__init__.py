"""What a depot's days amount to: facts in columns, measures with their formulas, cuts, scorecards. Reads no database."""
