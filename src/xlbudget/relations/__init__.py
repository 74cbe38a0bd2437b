"""Rules applied to one workbook's rows: the relations that its cells must satisfy."""
