"""The room of slots: what can be chosen when and where, and how much fits. No storage, no roads, no plan."""
