"""What a depot's own history says: how long a door takes, how likely nobody takes the goods, and whether that holds."""
