"""Evidence on paper: the day's report and one stop's file, as PDF. Knows no storage, and nothing of chains or keys."""
