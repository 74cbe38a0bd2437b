"""Next year's workbook from this year's."""
