"""A bureau's desk: many workbooks and documents inspected, one line of results each."""
