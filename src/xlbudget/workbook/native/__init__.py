"""Checks that live in the workbook as formulas: what every table says without Python."""
