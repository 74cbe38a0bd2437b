"""The published document of a book as plain values: parts, tables, forms, texts."""
