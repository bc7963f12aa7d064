"""Every write on campaigns and flights, and the change of a zone, which moves their instants."""
