"""What the pages compute themselves, in plain Python: no Django, no clock."""
