"""What a depot's days amount to: facts in columns, measures and their formulas, scorecards. Knows no database."""
