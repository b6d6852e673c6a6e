"""The settings of whoever starts the tests are not theirs: no test meets a real database, port or secret."""

from __future__ import annotations

import os

# Only what is meant for the tests themselves, or for what they are installed from.
MEANT = frozenset({"BCST2_TEST_POSTGRES", "BCST2_PEOPLE", "BCST2_ENCODER"})

for name in [name for name in os.environ if name.startswith("BCST2_") and name not in MEANT]:
    del os.environ[name]
