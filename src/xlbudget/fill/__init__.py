"""Filling in: missing rows, subtotals, totals and everything else that follows from leaf rows."""
