"""The tests. This file keeps the name for us: a package we depend on brings a folder of the same name."""

import os

# Linear algebra on many threads is slow on a busy machine, and some of it is done in tests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
