"""A copy of a workbook that holds values alone."""
