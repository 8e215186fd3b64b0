"""The way from every schema that was ever released to today's; forward only.

A revision is a module in `versions`, numbered like its predecessors, with `revision` and `down_revision`. It runs
inside one transaction with foreign keys off; they are checked before it is kept. Change tables in batch blocks, which
copy the table: name every constraint, re-create partial and expression indexes afterwards.

The history outlives a revision: its images name their columns, so a new column needs a default, and a revision that
gives old columns a new meaning must empty `image` and `step` and take `audit.kept` back.
"""
