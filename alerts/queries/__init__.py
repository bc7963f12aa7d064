"""What the alerts need to know, with a constant number of database queries."""
