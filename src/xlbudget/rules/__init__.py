"""A standard's rules applied to one book: numbered cells, linear relations, what each derives, filling."""
