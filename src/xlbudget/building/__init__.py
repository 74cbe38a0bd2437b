"""How the sheets of a workbook look and what their formulas say; written with XlsxWriter."""
