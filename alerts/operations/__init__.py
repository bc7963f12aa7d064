"""Every write of the alerts; each function is one transaction or several short ones, as it says."""
