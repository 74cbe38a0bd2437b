"""Why the figures of a book contradict each other: what is wrong, where, and what would be right."""
