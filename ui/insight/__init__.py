"""What the depot's days amount to: measures with the rows behind every number, scorecards, a board for the wall."""
