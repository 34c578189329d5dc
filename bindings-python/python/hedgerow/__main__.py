"""`python -m hedgerow`: documents checked and bounded, traces explained and replayed."""

import sys

from ._command import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
