"""What comes in: exported tables, published documents, data folders, merged into a workbook."""
