"""`RuleForest`: rules that find themselves, with scikit-learn's manners."""

import inspect
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.errors import BadCall
from windchime.core.progress import Progress, silent
from windchime.core.text import Lang, _
from windchime.risk.arrays import Frame, labels
from windchime.risk.rules.engine.limits import Direction
from windchime.risk.rules.inputs import BadMass, coded, crowded, mass, product, table, values_of
from windchime.risk.rules.material import Material
from windchime.risk.rules.mining import mine
from windchime.risk.rules.ruleset import RuleFeature, RuleSet
from windchime.risk.rules.searching import Wishes
from windchime.risk.rules.settings import Settings
from windchime.risk.rules.swaps import SwapSet, swap_set
from windchime.risk.rules.telling import Labels, flags, told
from windchime.risk.rules.vintages import vintages


class NotMined(BadCall):
    """A rule forest was asked before it learnt."""

    msgid = _("this rule forest has no rules yet; call fit(X, y)")

    def __init__(self) -> None:
        super().__init__()


class RuleForest:
    """Mines a short list of rules that name bad rows: few, readable, tested on rows the search did not see.

    Args:
        budget: share of rows (or of weight, or of amount) that the list may hit; None takes the scheme's.
        max_rules: most rules of the list; None takes the scheme's.
        by: whether the budget and the bad rates count rows (by their weight) or amounts.
        specials: codes that are no quantities, such as −9999: for every number, or by column.
        categories: numeric columns whose numbers are names.
        directions: by column, `+` where only high values, `-` where only low values may make a rule.
        forbidden: columns that no rule may use.
        groups: by column, the group it belongs to: a rule uses one column of a group at most.
        labels: by column, what people call it.
        prove: list proven rules only. False lists the best found, each marked as not proven: for samples too small to test.
        hold_back: keep the newest vintages out of the search and tell the figures on them.
        settings: figures of the scheme `rule_forest`; None takes the shipped ones.
        seed: of everything drawn.
        threads: work done at once; the rules do not depend on it.

    Example:
        ``RuleForest(budget=0.05).fit(X, y, time=month).rules_``
    """

    rule_set_: RuleSet | None = None

    def __init__(
        self,
        budget: float | None = None,
        max_rules: int | None = None,
        *,
        by: Literal["count", "amount"] = "count",
        specials: Sequence[float] | Mapping[str, Sequence[float]] = (),
        categories: Collection[str] = (),
        directions: Mapping[str, Direction] | None = None,
        forbidden: Collection[str] = (),
        groups: Mapping[str, str] | None = None,
        labels: Labels | None = None,
        prove: bool = True,
        hold_back: bool = True,
        settings: Settings | None = None,
        seed: int = 0,
        threads: int = 2,
    ) -> None:
        self.budget, self.max_rules, self.by = budget, max_rules, by
        self.specials, self.categories = specials, categories
        self.directions, self.forbidden, self.groups, self.labels = directions, forbidden, groups, labels
        self.prove, self.hold_back = prove, hold_back
        self.settings, self.seed, self.threads = settings, seed, threads

    def fit(
        self,
        X: Frame,  # noqa: N803 - scikit-learn's name
        y: Any,
        time: Any = None,
        weight: Any = None,
        amount: Any = None,
        *,
        progress: Progress = silent,
    ) -> Self:
        """Mine the rules.

        Args:
            X: Polars, Arrow or pandas table, mapping of columns, or array; numbers, texts, dates, truth values, missing values.
            y: 1 = bad, 0 = good, one a row.
            time: vintage of each row: dates, or whole numbers (yyyymm and yyyymmdd are read as dates). With it rules must
                hold over vintages.
            weight: of each row, such as how many it stands for.
            amount: money of each row: figures by amount are told, and with `by="amount"` the budget is one of amounts.
            progress: told of each step.

        Raises:
            BadLabels: not 0 and 1 of both kinds, one a row.
            BadTimes: times that name no vintage.
            TooManyVintages: times that are ids or seconds.
            BadMass: weights or amounts that are no masses; `by="amount"` without amounts.
            UnknownName: a column named in the settings that the table lacks.
            NotCodable: a column that is neither numbers, texts, dates nor truth values.
        """
        rows = table(X)
        bad = flags(labels(y, rows.height))
        weights, amounts = mass(_("weights"), weight, rows.height), mass(_("amounts"), amount, rows.height)
        if self.by == "amount" and amounts is None:
            raise BadMass(_("amounts"))
        settings = self._settings()
        when = vintages(time, rows.height, settings.time.max_vintages)
        held = when.newest(bad, least=settings.time.block, most=settings.time.held_back) if self.hold_back else 0
        used = when.used(held)
        material = Material.of(
            coded(rows, used, specials=self.specials, categories=self.categories, weight=weights, threads=self.threads),
            bad,
            when,
            product(weights, amounts if self.by == "amount" else None),
            settings,
            search_share=settings.evidence.search_share if self.prove else 1.0,
            held=held,
            seed=self.seed,
        )
        found = mine(
            material,
            settings,
            Wishes(self.directions or {}, tuple(self.forbidden), self.groups or {}),
            crowded=crowded(rows, used, self.categories, settings),
            prove=self.prove,
            seed=self.seed,
            threads=self.threads,
            progress=progress,
        )
        rules = told(
            found,
            material,
            settings,
            weight=weights,
            amount=amounts,
            labels=self.labels or {},
            seed=self.seed,
            threads=self.threads,
        )
        self.rule_set_ = replace(rules, features=tuple(_united(f, rows[f.code].dtype) for f in rules.features))
        self.n_features_in_ = rows.width
        self.feature_names_in_ = np.array(rows.columns, dtype=object)
        return self

    @property
    def rule_set(self) -> RuleSet:
        """The mined rules.

        Raises:
            NotMined: before `fit`.
        """
        if self.rule_set_ is None:
            raise NotMined
        return self.rule_set_

    @property
    def rules_(self) -> pl.DataFrame:
        """One row a rule: its sentence in Chinese and English, and its own, incremental and cumulative figures with intervals."""
        from windchime.risk.rules.sentences import sentence

        found = self.rule_set
        langs: tuple[Lang, ...] = ("zh", "en")
        told = [pl.Series(n, [sentence(m.rule, n, found.features) for m in found.rules], pl.String) for n in langs]
        return pl.DataFrame(told).hstack(found.table()) if found.rules else pl.DataFrame(told)

    def apply(self, X: Frame) -> NDArray[np.int32]:  # noqa: N803
        """Position of the first rule that hits each row, from 0; −1 where none does. Errors as `RuleSet.apply`."""
        return self.rule_set.apply(table(X))

    def predict(self, X: Frame) -> NDArray[np.int64]:  # noqa: N803
        """1 where a rule hits."""
        return (self.apply(X) >= 0).astype(np.int64)

    def swap_set(self, X: Frame, declined: Any, y: Any) -> SwapSet:  # noqa: N803
        """What would change if the mined list took the place of the policy in force.

        Args:
            X: applications, those that the policy in force declined among them.
            declined: whether the policy in force declines each.
            y: 1 bad, 0 good, NaN or None where the outcome is not known.
        """
        settings = self._settings()
        bad = pl.Series(values_of(y)).cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return swap_set(
            np.asarray(values_of(declined)).astype(np.bool_),
            self.apply(X) >= 0,
            bad,
            factors=settings.swaps.factors,
            level=settings.evidence.level,
        )

    def to_sql(self, dialect: str, *, table: str = "applications", lang: Lang = "zh") -> str:
        """A query that gives each row of a table one column a rule (1 or 0), and the place of the first rule that hits.

        Args:
            dialect: `duckdb`, `postgresql`, `spark`, `mysql` (OceanBase too) or `oracle`.
            table: that it asks; `schema.table` names both.
            lang: of the comments that say the rules.

        Raises:
            NotMined: before `fit`.
            UnknownName: no such dialect.
            NotWritable: a name or cut that the database cannot take.
        """
        from windchime.risk.rules.exports import sql

        return sql(self.rule_set, dialect, lang, table=table)

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's signature
        """Constructor arguments."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> Self:
        """Set constructor arguments."""
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        taken = InputTags(allow_nan=True, string=True, categorical=True)
        return Tags("classifier", TargetTags(required=True), None, ClassifierTags(), None, input_tags=taken)

    def _settings(self) -> Settings:
        found = self.settings or Settings.shipped()
        budget = found.budget.budget if self.budget is None else self.budget
        most = found.budget.max_rules if self.max_rules is None else self.max_rules
        return replace(found, budget=replace(found.budget, budget=budget, max_rules=most))


def _united(feature: RuleFeature, kind: pl.DataType) -> RuleFeature:
    """The feature with the unit that its column's type tells: days are told as dates, truth values as yes and no."""
    unit = "date" if kind in (pl.Date, pl.Datetime) else "boolean" if kind == pl.Boolean else feature.unit
    return replace(feature, unit=unit)
