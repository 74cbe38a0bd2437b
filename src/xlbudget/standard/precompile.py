"""``python -m xlbudget.standard.precompile``: parse the shipped standards ahead of the first use."""

from __future__ import annotations

from xlbudget.standard.loader import DATA, standard_ids
from xlbudget.standard.parsed import keep_parsed, parse_files


def main() -> None:
    """Parse every shipped standard and keep the result beside the byte code."""
    for identity in standard_ids():
        keep_parsed(DATA / identity, parse_files(DATA / identity))


if __name__ == "__main__":
    main()
