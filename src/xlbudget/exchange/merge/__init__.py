"""Putting what an import found into a workbook: the plan, its preview, its edits."""
