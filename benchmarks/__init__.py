"""Measurements: what each prints is kept in RESULTS.md."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does
