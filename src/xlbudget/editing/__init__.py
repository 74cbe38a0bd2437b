"""What a command or a button changes in a workbook: plans that give edits of cells."""
