"""What is due, who hears of it, and when: plain Python, no Django, no clock (DOMAIN.md §7)."""
