"""What people type about alerts, one module a subject."""
