"""What may be wrong with a proof: one file for each kind of finding. No storage, no decisions."""
