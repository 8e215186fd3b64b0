"""The workbench of proofs: a day's attempts looked at one after the other, and decided."""
