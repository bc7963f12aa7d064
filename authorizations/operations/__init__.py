"""Every write that changes an input of coverage, whichever app the column belongs to (DOMAIN.md §6)."""
