"""What is kept, for how long, and of whom: the dialog "Data and retention"."""
