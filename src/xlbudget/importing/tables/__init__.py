"""Tables that other programs exported: found by title and headings, read as rows."""
