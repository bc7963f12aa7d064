"""Every write on brands and people; each function is one transaction with its audit entries."""
