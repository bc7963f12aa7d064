"""Pages of a brand, one module a subject."""
