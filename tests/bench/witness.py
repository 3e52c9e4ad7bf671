"""purgeplan, noting when each DELETE begins: ``python -m bench.witness FILE apply PLAN ...``.

The instants (CLOCK_MONOTONIC, as doubles) are written to FILE at the end. All else is the command
as it is installed; noting costs one look at the clock for each request.
"""

import sys
from array import array
from pathlib import Path
from time import monotonic

from purgeplan.cli.main import run
from purgeplan.onesignal.deletes import DeleteTarget


def main():
    """Run the command line that follows FILE, and give its exit code."""
    path, begun, send = Path(sys.argv.pop(1)), array("d"), DeleteTarget.delete

    def noted(target, claimed):
        begun.append(monotonic())
        return send(target, claimed)

    DeleteTarget.delete = noted
    code = run()
    path.write_bytes(begun.tobytes())
    return code


if __name__ == "__main__":
    sys.exit(main())
