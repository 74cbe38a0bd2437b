"""Checks: what must hold in a workbook, one purpose per module, findings as values."""
