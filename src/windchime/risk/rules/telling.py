"""The mined rules in words of the table, each with its figures: a rule set."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from windchime.core.text import Text
from windchime.risk.arrays import Floats
from windchime.risk.coding import Coding
from windchime.risk.rules.engine import Layout, Pool, hits
from windchime.risk.rules.figures import Figures, figures
from windchime.risk.rules.material import HELD, TEST, Flags, Material, overlaps
from windchime.risk.rules.mined import MinedRule, VintageFigures
from windchime.risk.rules.mining import Found
from windchime.risk.rules.rule import Condition, Rule
from windchime.risk.rules.ruleset import Provenance, RuleFeature, RuleSet
from windchime.risk.rules.settings import Settings

#: what callers may say of a column's name
Labels = Mapping[str, Text | str | dict[str, str]]


class Teller:
    """Figures of rules on the rows of one material."""

    def __init__(self, material: Material, weight: Floats | None, amount: Floats | None, level: float) -> None:
        self.material, self.weight, self.amount, self.level = material, weight, amount, level

    def on(self, rows: Flags, hit: Flags) -> Figures:
        """The figures of some hits on some rows."""
        own = (None if v is None else v[rows] for v in (self.weight, self.amount))
        weight, amount = own
        return figures(hit[rows], self.material.bad[rows], weight=weight, amount=amount, level=self.level)

    def by_vintage(self, own: Flags, cumulative: Flags) -> tuple[VintageFigures, ...]:
        """Own and cumulative hits in each vintage that was not held back; none where there are no times."""
        names = self.material.vintages.labels
        if len(names) < 2:
            return ()
        each = (
            (name, self.material.vintages.of_row == v)
            for v, name in enumerate(names[: len(names) - self.material.held])
        )
        return tuple(VintageFigures(name, self.on(rows, own), self.on(rows, cumulative)) for name, rows in each)


def rule_of(pool: Pool, place: int, coding: Coding) -> Rule:
    """A rule of the engine in words of the table."""
    literals = zip(pool.features[place], pool.masks[place], strict=True)
    return Rule(tuple(Condition(**_parts(coding, int(f), int(m))) for f, m in literals if f >= 0))


def _parts(coding: Coding, feature: int, mask: int) -> dict[str, Any]:
    return asdict(coding.features[feature].parts(mask))


def told(
    found: Found,
    material: Material,
    settings: Settings,
    *,
    weight: Floats | None,
    amount: Floats | None,
    labels: Labels,
    seed: int,
    threads: int,
) -> RuleSet:
    """The rule set: every rule with its figures on the rows mined from, by vintage, on the rows unseen and held back."""
    teller = Teller(material, weight, amount, settings.evidence.level)
    mined_from, held = material.side != HELD, material.side == HELD
    layout = Layout.of(material.coded.rows)
    bits = hits(material.coded, found.pool, layout, threads=threads)
    before: Flags = np.zeros(material.coded.rows, dtype=np.bool_)
    rules = []
    for place in range(len(found.pool)):
        own = layout.unpack(bits[place])
        until = before | own
        rules.append(
            MinedRule(
                rule_of(found.pool, place, material.coded.coding),
                own=teller.on(mined_from, own),
                incremental=teller.on(mined_from, own & ~before),
                cumulative=teller.on(mined_from, until),
                vintages=teller.by_vintage(own, until),
                unseen=teller.on(material.side == TEST, own) if not isnan(found.p[place]) else None,
                out_of_time=teller.on(held, own) if held.any() else None,
                cumulative_out_of_time=teller.on(held, until) if held.any() else None,
                p_value=_number(found.p[place]),
                q_value=_number(found.q[place]),
                stability=_number(found.stability[place]),
                proven=not isnan(found.q[place]),
            )
        )
        before = until
    return RuleSet(
        tuple(rules),
        _features(material.coded.coding, found.left_out, labels, {f for m in rules for f in m.rule.features}),
        settings.as_dict(),
        _provenance(material, found, seed),
        tuple(tuple(float(x) for x in row) for row in overlaps(bits & layout.pack(mined_from))) if len(bits) else (),
    )


def _features(
    coding: Coding, left_out: Mapping[str, str], labels: Labels, used: Collection[str]
) -> tuple[RuleFeature, ...]:
    """What rules could look at; values met in the rows, such as texts, are told only of what a listed rule looks at."""
    return tuple(
        RuleFeature(
            f.name,
            Text.of(labels.get(f.name, f.name)),
            f.kind,
            coding=_listed(f.as_dict()) if f.name in used else {},
        )
        for f in sorted(coding.features, key=lambda f: f.name)
        if f.name not in left_out
    )


def _listed(body: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from JSON."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in body.items()}


def _provenance(material: Material, found: Found, seed: int) -> Provenance:
    names: Sequence[str] = material.vintages.labels
    used, held = names[: len(names) - material.held], names[len(names) - material.held :]
    mined_from = material.side != HELD
    return Provenance(
        rows=int(mined_from.sum()),
        bads=int(material.bad[mined_from].sum()),
        vintages=(used[0], used[-1]) if len(names) > 1 else None,
        held_back=tuple(held),
        left_out=dict(sorted(found.left_out.items())),
        candidates=found.steps,
        seed=seed,
    )


def _number(value: float) -> float | None:
    return None if isnan(value) else float(value)


def flags(values: Any) -> NDArray[np.bool_]:
    """Labels of 0 and 1 as truth values."""
    found: NDArray[np.bool_] = np.asarray(values) == 1
    return found
