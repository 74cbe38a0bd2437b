"""Workbooks: where everything stands on the sheets, building, reading and patching them."""
