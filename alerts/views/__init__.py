"""Pages about alerts, one module a subject."""
