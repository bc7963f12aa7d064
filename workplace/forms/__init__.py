"""Input of the pages, cleaned to the arguments of one operation."""
