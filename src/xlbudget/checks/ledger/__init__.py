"""From printed tables to an exact ledger that prints them."""
