"""``xlbudget`` and ``python -m xlbudget``."""

from __future__ import annotations

from xlbudget import interrupts

interrupts.begin()  # before anything that takes time

import gc  # noqa: E402
import sys  # noqa: E402

from xlbudget.cli.common import ending  # noqa: E402
from xlbudget.cli.streams import open_streams  # noqa: E402


def main() -> None:
    """Run the command line and leave with its exit status."""
    open_streams()
    arguments = sys.argv[1:]
    if arguments[:1] == ["validate"]:
        # A bureau's run makes many small values and hardly a circle: collect rarely.
        gc.set_threshold(200_000, 20, 20)
        # A bureau validates by the thousand: plain arguments go past click.
        from xlbudget.cli.validation import simple_request, validate_files  # noqa: PLC0415

        request = simple_request(arguments[1:])
        if request is not None:
            status = ending(lambda: validate_files(request))
            gc.freeze()  # nothing to tidy: leaving takes as long as validating otherwise
            sys.exit(status)
    from xlbudget.cli.run import run  # noqa: PLC0415  # each command imports what it needs

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
