"""Standards: tables, rules, subject lists and sentences of one region and span of years, as data."""
