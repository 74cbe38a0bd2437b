"""Units summed up into a department, departments into a city; a published department against its units."""
