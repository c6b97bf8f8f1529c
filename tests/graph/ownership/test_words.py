"""Links in words, in both languages."""

from typing import Any

import pytest

from windchime.data.contracts import contract
from windchime.graph.ownership.words import sentences


def _link(**said: Any) -> dict[str, Any]:
    return {
        "firm_id": "T",
        "controller_id": "P",
        "controller_type": "person",
        "kind": "control",
        "share": None,
        "votes": "0.6",
        "route": "votes",
        "rule": None,
        "article": None,
        "evidence": {},
    } | said


def test_a_loop_names_its_members() -> None:
    link = _link(
        kind="ultimate",
        controller_type="loop",
        evidence={"members": ["A", "B"], "through": [{"holder": "A", "votes": 0.6, "rows": []}]},
    )
    said = "A, B control each other and with that T, with 60.00% of the votes: A 60.00%"
    assert sentences(link | {"votes": 0.6}) == [said]


def test_what_chains_leave_out_is_said_behind_them() -> None:
    chain = {"nodes": ["P", "A", "T"], "shares": [0.6, 0.5], "product": 0.3}
    evidence = {"chains": [chain], "more": 3, "unlisted": 0.01, "through_loops": False, "share": 0.31}
    link = _link(kind="beneficial", route="share", share=0.31, rule="cn-2024", article="6(1)", evidence=evidence)
    assert sentences(link, "zh")[1:] == [
        "P 持有 A 60.00%，A 持有 T 50.00%：经此链条折合 30.00%",
        "另有 3 条链条，合计 1.00%",
    ]


ROUTES = set(contract("control_links")["route"].values)
LINKS = [
    *(("beneficial", route) for route in sorted(ROUTES - {"leading", "family", "operator"})),
    *(("likely", route) for route in ("leading", "family")),
    *((kind, route) for kind in ("control", "ultimate") for route in ("votes", "operator")),
]


@pytest.mark.parametrize(("kind", "route"), LINKS)
def test_every_kind_and_route_has_words(kind: str, route: str) -> None:
    link = _link(kind=kind, route=route, votes=0.6, share=0.4)
    english, chinese = (sentences(link, lang, lambda node: f"<{node}>") for lang in ("en", "zh"))
    assert "<P>" in english[0]
    assert "<T>" in chinese[0]
    assert english != chinese
