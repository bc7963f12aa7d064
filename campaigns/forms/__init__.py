"""What people type on the pages of a brand, one module a subject."""
