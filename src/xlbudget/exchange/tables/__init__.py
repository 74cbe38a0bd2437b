"""Exported tables (.xls, .xlsx, .xlsm) found and read, whatever their sheets and offsets."""
