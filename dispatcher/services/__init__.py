"""The use cases: one module a subject, each function one change, returning what it touched. No Qt, no SQL."""
