"""How a limit and a rate were counted, as sections of a firm's report: each step with its value, kind and standing."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from windchime.core.text import _
from windchime.documents.citing import Citing
from windchime.documents.inputs import Decided
from windchime.documents.steps import BOUNDS, LIMIT, ORIGINS, PRICE, Step
from windchime.documents.tree import Cell, Grid, Section
from windchime.present import formats, words


def calculation(cite: Citing) -> list[Section]:
    """How limit and rate were counted, step by step."""
    decided, c = cite.data.decision, cite.c
    if decided is None:
        return []
    steps = (
        (_("How the limit was counted"), decided.limit_steps, LIMIT),
        (_("How the rate was counted"), decided.price_steps, PRICE),
    )
    return [Section(c.say(title), (_steps(cite, decided, found, known),)) for title, found, known in steps if found]


def _steps(cite: Citing, decided: Decided, found: Mapping[str, Any], known: Mapping[str, Step]) -> Grid:
    c, log = cite.c, cite.log(decided)
    parameters = {p.name: p for p in decided.parameters}
    rows = []
    for name in [n for n in known if n in found] + [n for n in found if n not in known]:
        label, unit, origin = known.get(name, (name, "", "counted"))
        parameter = parameters.get(name) if origin == "parameter" else None
        refs = [log]
        standing = decided.standing if origin in {"policy", "product"} else ""
        if parameter is not None:
            standing = parameter.status
            refs = [
                c.source(
                    c.say(_("parameter {name}"), name=name),
                    [
                        (_("meaning"), parameter.label),
                        (_("standing"), words.status(parameter.status).label),
                        (_("in force from"), formats.day(parameter.valid_from)),
                        (_("origin"), parameter.source),
                    ],
                ),
                log,
            ]
        word = words.status(standing) if standing else None
        rows.append(
            (
                c.words(c.say(label)),
                Cell(
                    _step_value(cite, found[name], unit),
                    tuple(sorted(set(refs))),
                    numeric=True,
                    strong=name in {"amount", "rate"},
                ),
                c.words(c.say(ORIGINS[origin])),
                c.words(f"{word.shape} {word.label[c.lang]}" if word else ""),
            )
        )
    return Grid(c.header(_("step"), _("value"), _("kind"), _("standing"), numeric=(1,)), tuple(rows), (4, 3, 1.5, 1.5))


def _step_value(cite: Citing, value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return cite.c.yes(value)
    if isinstance(value, str) and value in BOUNDS:
        return cite.c.say(BOUNDS[value])
    try:
        number = None if value is None else Decimal(value)
    except InvalidOperation:
        return str(value)
    return formats.measured(number, unit, 6 if unit == "ratio" else 2, cite.c.lang)
