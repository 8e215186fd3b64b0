"""Loading: bays and waves, where goods lie in the van, sheets and labels, and what a scan means."""
