"""Texts checked against the tables: what every number of a sentence speaks of, and whether it is right."""
