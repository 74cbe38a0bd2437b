"""``xlbudget`` and ``python -m xlbudget``."""

from __future__ import annotations

import sys

from xlbudget.cli.outcome import ending, speak_utf8

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit status."""
    speak_utf8()
    arguments = sys.argv[1:]
    if arguments[:1] == ["validate"]:
        # A bureau validates by the thousand: plain arguments go past click.
        from xlbudget.cli.validation import simple_request, validate_files  # noqa: PLC0415

        request = simple_request(arguments[1:])
        if request is not None:
            sys.exit(ending(lambda: validate_files(request)))
    from xlbudget.cli.run import run  # noqa: PLC0415  # each command imports what it needs

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
