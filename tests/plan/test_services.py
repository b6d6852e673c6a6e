"""The directory: reading its rows, and the service that fits a person."""

from __future__ import annotations

import csv
import io

import pytest

from bot.plan.services import AREA_UNKNOWN, NONE_LISTED, NONE_NEARBY, Seeker, read_services, suggest
from tests.plan.making import Person, plan_data, record

HERE = Seeker(home="northmere")


def first(*kinds: str, seeker: Seeker = HERE) -> tuple[str | None, str]:
    found = suggest(plan_data().directory, kinds, seeker)
    assert found is not None
    return found.service, found.why


def test_no_kind_no_service() -> None:
    assert suggest(plan_data().directory, [], HERE) is None


@pytest.mark.parametrize(
    ("kinds", "seeker", "service"),
    [
        (["local_authority_housing"], HERE, "northmere_housing"),
        (["local_authority_housing"], Seeker(home="northmere", council="eastmarsh"), "eastmarsh_housing"),
        # The council is for homes; everything else goes by where the person lives.
        (["support_group"], Seeker(home="northmere", council="eastmarsh"), "common_table"),
        (["emergency_accommodation", "local_authority_housing"], HERE, "night_stop"),
        (["substance_misuse"], HERE, "clear_path_community"),
        (["substance_misuse"], Seeker(home="hallowdale"), "clear_path_prison"),
        (["womens_centre"], Seeker(female=True, home="northmere"), "mere_womens_centre"),
        (["domestic_abuse_service"], HERE, "safe_harbour"),
        (["domestic_abuse_service"], Seeker(female=True, home="northmere"), "mere_womens_centre"),
        # Safe Harbour speaks Urdu.
        (["domestic_abuse_service"], Seeker(female=True, home="northmere", language="ur"), "safe_harbour"),
        (["housing_provider"], Seeker(home="northmere", cohorts=frozenset(["ex_armed"])), "haig_housing"),
        (["armed_forces_charity"], Seeker(cohorts=frozenset(["ex_armed"])), "ssafa"),
    ],
)
def test_the_service_that_fits_best(kinds: list[str], seeker: Seeker, service: str) -> None:
    assert first(*kinds, seeker=seeker) == (service, "")


def test_it_says_when_there_is_none_and_why() -> None:
    assert first("womens_centre") == (None, NONE_LISTED)
    assert first("armed_forces_charity") == (None, NONE_LISTED)
    assert first("deposit_scheme", seeker=Seeker(home="hallowdale")) == (None, NONE_NEARBY)
    assert first("deposit_scheme", seeker=Seeker()) == (None, AREA_UNKNOWN)


@pytest.mark.parametrize(
    ("words", "area"),
    [
        ("Northmere", "northmere"),
        ("northmere city council", "northmere"),
        ("bro aled", "bro_aled"),
        ("Cyngor Bro Aled", "bro_aled"),
        ("somewhere near Eastmarsh", "eastmarsh"),
        ("Burton upon Trent", None),
        ("city council", None),
        ("Northmere or Eastmarsh", None),
        ("", None),
        (None, None),
    ],
)
def test_an_area_in_people_s_own_words(words: str | None, area: str | None) -> None:
    assert plan_data().directory.area_of(words) == area


def test_for_somebody_going_abroad_only_services_here_and_national_ones_fit() -> None:
    person = Person(record(nationality="Polish")).says(live_after_country="other_country", gp="no")
    service = person.plan().by_key["per_access_health:register_gp"].service
    assert service is not None
    assert service.service == "northmere_healthcare"
    assert "station_road_surgery" not in service.others


# -- reading rows


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_csv_is_read_row_by_row_and_each_mistake_named() -> None:
    text = """id,name,kinds,area,where,how,phone,languages,interpreters,opening,women_only
good,Good Homes,housing_provider; deposit_scheme,northmere,community,Ring them,01632 960000,en; pl,yes,All day,no
Bad Id,Homes,housing_provider,northmere,community,Ring them,,,,,
nameless,,housing,southmere,outside,,,,perhaps,,
good,Twice,housing_provider,northmere,community,Ring them,,,,,
"""
    services, problems = read_services(rows(text), plan_data().kinds, plan_data().directory.areas)
    assert list(services) == ["good"]
    assert services["good"].kinds == ("housing_provider", "deposit_scheme")
    assert services["good"].languages == ("en", "pl")
    assert services["good"].interpreters
    assert [line for row, line in problems if row == 2] == [
        "the service 'Bad Id' has no good 'id'; write one in small_letters_and_lines"
    ]
    third = [line for row, line in problems if row == 3]
    assert len(third) == 6
    assert any("no 'name'" in line for line in third)
    assert any("unknown area 'southmere'; use national, northmere" in line for line in third)
    assert any("'where' 'outside'; use custody, community, both" in line for line in third)
    assert any("unknown kind 'housing'" in line for line in third)
    assert any("'interpreters' that is neither yes nor no" in line for line in third)
    assert [line for row, line in problems if row == 4] == ["the service 'good' stands twice; rename or remove one"]


def test_an_unknown_column_is_named() -> None:
    (problem,) = read_services(
        [{"id": "a", "name": "A", "kinds": ["mentor"], "area": "national", "where": "both", "how": "Ask", "fax": "1"}],
        plan_data().kinds,
        {},
    )[1]
    assert problem == (1, "the service 'a' has the unknown column 'fax'; remove it")


def test_every_kind_has_somebody_in_the_example_directory() -> None:
    for kind in plan_data().kinds:
        assert list(plan_data().directory.of_kind(kind)), kind
