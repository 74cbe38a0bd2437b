"""Detail exports of budget platforms, and files in our own columns, read as lines of the ledger."""
