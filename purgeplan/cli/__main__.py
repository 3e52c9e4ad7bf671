"""``python -m purgeplan.cli``: the same command line, for processes that start another."""

import sys

from purgeplan.cli.main import run

sys.exit(run())
