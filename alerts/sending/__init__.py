"""The way out: the engine that claims, sends and records, and a sender for each kind of recipient."""
