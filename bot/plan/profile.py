"""The needs profile: ten welfare factors (seed 003, Table 3), which of them apply, and the referrals made for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.plan.definitions import PlanData
from bot.plan.needs import FoundNeed


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor: whether it applies, the needs found that say so, those turned down, and the number of referrals made.

    ``sensitive``: only sensitive needs say so, which is for the safeguarding role.
    """

    id: str
    needs: tuple[str, ...]
    declined: tuple[str, ...]
    referrals: int
    sensitive: bool = False

    @property
    def applies(self) -> bool:
        return bool(self.needs)


@dataclass(frozen=True, slots=True)
class Profile:
    """The ten factors, in the order of the source. ``high_need`` is a reader's rule of thumb: the source gives no threshold."""

    factors: tuple[Factor, ...]
    high_need: bool

    @property
    def count(self) -> int:
        """How many factors apply."""
        return sum(factor.applies for factor in self.factors)

    @property
    def referrals(self) -> int:
        """How many referrals were made, each counted once for every factor it serves."""
        return sum(factor.referrals for factor in self.factors)

    def to_json(self) -> dict[str, Any]:
        """``{factors: [{factor, applies, needs, declined, referrals, sensitive}], count, referrals, high_need}``."""
        return {
            "factors": [
                {
                    "factor": factor.id,
                    "applies": factor.applies,
                    "needs": list(factor.needs),
                    "declined": list(factor.declined),
                    "referrals": factor.referrals,
                    "sensitive": factor.sensitive,
                }
                for factor in self.factors
            ],
            "count": self.count,
            "referrals": self.referrals,
            "high_need": self.high_need,
        }


def needs_profile(plan: PlanData, needs: Iterable[FoundNeed], referred: Iterable[tuple[Iterable[str], int]] = ()) -> Profile:
    """The profile of the needs found. ``referred``: for each item of the plan, the needs it answers and its signpostings so far.

    A referral counts once for each factor that its item serves. A need without a factor is in none.
    """
    found = tuple(needs)
    factor_of = {one.id: one.need.factor for one in found}
    made = dict.fromkeys(plan.factors, 0)
    for answered, times in referred:
        for factor in {factor_of.get(need) for need in answered} - {None}:
            made[str(factor)] = made.get(str(factor), 0) + times
    return Profile(tuple(_factor(name, found, made) for name in plan.factors), is_high_need(plan, found))


def _factor(name: str, found: tuple[FoundNeed, ...], made: Mapping[str, int]) -> Factor:
    own = [one for one in found if one.need.factor == name]
    return Factor(
        id=name,
        needs=tuple(one.id for one in own),
        declined=tuple(one.id for one in own if one.declined),
        referrals=made.get(name, 0),
        sensitive=bool(own) and all(one.need.sensitive for one in own),
    )


def is_high_need(plan: PlanData, needs: Iterable[FoundNeed]) -> bool:
    """Whether so many factors apply that contact after release goes on beyond 90 days (``dates.yml``, contact_points)."""
    return len({one.need.factor for one in needs if one.need.factor in plan.factors}) >= plan.deadlines.high_need_factors
