"""``xlbudget`` and ``python -m xlbudget``."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit status."""
    from xlbudget.cli.run import run  # noqa: PLC0415  # --version and help need nothing more

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
