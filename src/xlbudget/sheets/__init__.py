"""Sheets of the workbook: what stands where, values and merges, texts made comparable."""
