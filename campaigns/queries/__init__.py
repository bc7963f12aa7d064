"""What the board, the post page and the exports need to know; the number of queries does not grow with the rows."""
