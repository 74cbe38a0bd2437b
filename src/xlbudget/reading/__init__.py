"""From the sheets of a workbook to a book of figures: one heading finder, one row reader."""
