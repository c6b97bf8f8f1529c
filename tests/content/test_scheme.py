"""Dated parameters."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from windchime.content import seed
from windchime.content.scheme import BadScheme, MissingParameter, NotYetInForce, Scheme


def body(**changes: Any) -> dict[str, Any]:
    values = [{"from": date(2020, 1, 1), "value": "0.10"}, {"from": date(2024, 1, 1), "value": "0.20"}]
    parameter = {
        "label": {"zh": "线", "en": "line"},
        "unit": "fraction",
        "status": "illustrative",
        "source": "x",
        "values": values,
    }
    return {"scheme": "s", "label": "s", "parameters": {"line": parameter | changes}}


@pytest.mark.parametrize(
    ("as_of", "value"), [("2020-01-01", "0.10"), ("2023-12-31", "0.10"), ("2024-01-01", "0.20"), ("2030-01-01", "0.20")]
)
def test_a_look_up_says_as_of_when(as_of: str, value: str) -> None:
    assert Scheme.of(body()).number("line", date.fromisoformat(as_of)) == Decimal(value)


def test_before_its_first_value_there_is_none() -> None:
    with pytest.raises(NotYetInForce, match="2020-01-01"):
        Scheme.of(body()).at("line", date(2019, 12, 31))


def test_a_parameter_that_a_scheme_lacks_is_named_with_what_to_do() -> None:
    with pytest.raises(MissingParameter, match=r"lime.*publish a version"):
        Scheme.of(body()).at("lime", date(2024, 1, 1))


def test_what_an_earlier_release_did_not_say_the_shipped_scheme_says() -> None:
    own = Scheme.of(body() | {"parameters": {"line": body()["parameters"]["line"]}})
    shipped = Scheme.of(
        body(values=[{"from": date(2000, 1, 1), "value": "0.9"}])
        | {
            "parameters": {
                n: body(values=[{"from": date(2000, 1, 1), "value": "0.9"}])["parameters"]["line"]
                for n in ("line", "new")
            }
        }
    )
    completed = own.completed(shipped)
    day = date(2024, 1, 1)
    assert (completed.number("line", day), completed.number("new", day)) == (Decimal("0.20"), Decimal("0.9"))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "law"},
        {"values": []},
        {"values": [{"from": "x", "value": 1}]},
        {"values": [{"from": date(2021, 1, 1), "value": 1}, {"from": date(2020, 1, 1), "value": 2}]},
    ],
)
def test_a_broken_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadScheme):
        Scheme.of(body(**changes))


@pytest.mark.parametrize("name", list(seed.sources("schemes")))
def test_shipped_schemes_are_read_and_say_their_standing(name: str) -> None:
    scheme = Scheme.of(seed.documents("schemes")[name])
    assert scheme.name == name
    for parameter in scheme.parameters:
        found = scheme.at(parameter, date(2026, 1, 1))
        assert found.status in ("official", "illustrative")
        assert found.label.zh
        assert found.source.zh
