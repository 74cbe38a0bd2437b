"""Native formulas as expressions that have a text and a value."""
