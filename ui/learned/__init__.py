"""What the depot has learned of its own history, how well it does, and where it is used."""
