"""What is set where the tests are started does not reach them."""

from __future__ import annotations

import os

from tests.conftest import MEANT


def test_no_setting_of_a_running_program_is_here() -> None:
    assert {name for name in os.environ if name.startswith("BCST2_")} <= MEANT
