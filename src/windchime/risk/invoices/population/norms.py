"""What is usual among the clean firms of a library: a norm for each measure, and how rare a firm must be to be asked about."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl

from windchime.core.canonical import canonical, sha256
from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.risk.invoices.population.measure import PROFILE, Measure, stacked
from windchime.risk.invoices.population.norm import Norm
from windchime.risk.invoices.population.settings import Settings

#: form in which norms are written
FORMAT = 1
#: what is judged of each firm, sorted by code, end and firm: the measures, and how rare among clean firms
JUDGED: dict[str, pl.DataType] = {
    "code": pl.String(),
    "end": pl.String(),
    "reporting_firm_id": pl.String(),
    "figure": pl.Float64(),
    "of": pl.Float64(),
    # the usual figure of a firm with such a sample; a share for a count
    "usual": pl.Float64(),
    # -log10 of the probability under the norm's model
    "surprise": pl.Float64(),
    # share of clean firms at least as strange
    "rarity": pl.Float64(),
    # the same over the weight of the measure: what bounds are set and held against
    "weighed": pl.Float64(),
    # of a check of what law or arithmetic forbids
    "hard": pl.Boolean(),
}


class NotNorms(BadInput):
    """A file that does not hold norms, or of a form this release does not read."""

    msgid = _("these are no norms of invoices: {reason}")
    hint = _("norms are what the library says is usual among its clean firms; fit them anew")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class TooFewFirms(BadInput):
    """A library too small to say what is usual."""

    msgid = _("{firms} firms are too few to say what is usual; at least {least} are needed")

    def __init__(self, firms: int, least: int) -> None:
        super().__init__(firms=firms, least=least)


@dataclass(frozen=True, slots=True)
class Norms:
    """Fitted once on clean firms, then the measure of every other."""

    norms: tuple[Norm, ...]
    #: clean firms
    firms: int
    #: weighed rarity of each clean firm's rarest measure that is no hard check, judged by norms that do not know the
    #: firm; the smallest, in order
    rarest: tuple[float, ...]
    #: the same among hard checks
    hardest: tuple[float, ...]

    def judge(self, measures: pl.DataFrame) -> pl.DataFrame:
        """How rare each measure of each firm is.

        Args:
            measures: `MEASURES`.

        Returns:
            `JUDGED`; measures without a norm are not there.
        """
        return _judge(self.norms, measures)

    def bound(self, share: float, *, hard: bool = False) -> float:
        """The weighed rarity below which, because of whatever measure, at most a share of clean firms lies.

        By rank, as split-conformal tests do: of n clean firms, at most (share · n + 1) / (n + 1) of new ones lie below,
        whatever the models of the measures are worth (Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World",
        2005).

        Args:
            share: of clean firms.
            hard: because of hard checks; else because of the others.
        """
        smallest = self.hardest if hard else self.rarest
        return smallest[min(int(share * self.firms), len(smallest) - 1)]

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return sha256(self.to_json())

    def to_json(self) -> bytes:
        """The canonical form: the same norms give the same bytes."""
        body = {"format": FORMAT, "norms": [n.as_dict() for n in self.norms], "firms": self.firms}
        return canonical({**body, "rarest": self.rarest, "hardest": self.hardest})

    @classmethod
    def of_json(cls, text: bytes) -> Self:
        """Read what `to_json` writes.

        Raises:
            NotNorms: it is something else, or figures that no library gives.
        """
        try:
            body: Mapping[str, Any] = json.loads(text)
            if body["format"] != FORMAT:
                raise NotNorms(f"format {body['format']}")
            norms = tuple(Norm.of(n) for n in body["norms"])
            rarest, hardest = (tuple(float(r) for r in body[k]) for k in ("rarest", "hardest"))
            firms = int(body["firms"])
            if firms < 1 or not rarest or not hardest or not all(0 <= r <= 1 for r in (*rarest, *hardest)):
                raise NotNorms("firms, rarest, hardest")
            if wrong := [n.code for n in norms if not _usable(n)]:
                raise NotNorms(f"norms, {wrong[0]!s:.40}")
            return cls(norms, firms, rarest, hardest)
        except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as fault:
            raise NotNorms(type(fault).__name__) from None

    @classmethod
    def fit(cls, measures: pl.DataFrame, settings: Settings, catalogue: tuple[Measure, ...] = PROFILE) -> Self:
        """From the measures of clean firms.

        Args:
            measures: `MEASURES` of each of them.
            settings: of the population.
            catalogue: what may be measured; measures of too few firms get no norm.

        Raises:
            TooFewFirms: fewer than the scheme asks for.
        """
        # the order of the firms is not to show in the last digits
        measures = measures.sort("code", "reporting_firm_id")
        firms = measures["reporting_firm_id"].unique().to_list()
        if len(firms) < settings.least_firms:
            raise TooFewFirms(len(firms), settings.least_firms)
        unseen = _unseen(measures, firms, settings, catalogue)
        rarest, hardest = (
            _smallest(some, len(firms), settings.kept)
            for some in (unseen.filter(~pl.col("hard")), unseen.filter(pl.col("hard")))
        )
        return cls(_norms(measures, settings, catalogue), len(firms), rarest, hardest)


def _unseen(
    measures: pl.DataFrame, firms: list[str], settings: Settings, catalogue: tuple[Measure, ...]
) -> pl.DataFrame:
    """Every clean firm judged by norms of the others: `JUDGED`."""
    # an order that has nothing to do with names or places, the same on every machine
    fold = {f: i % settings.folds for i, f in enumerate(sorted(firms, key=lambda f: sha256(f.encode())))}
    of = measures["reporting_firm_id"].replace_strict(fold, return_dtype=pl.Int64)
    parts = (
        _judge(_norms(measures.filter(of != k), settings, catalogue), measures.filter(of == k))
        for k in range(settings.folds)
    )
    return pl.concat(list(parts))


def _smallest(judged: pl.DataFrame, firms: int, kept: float) -> tuple[float, ...]:
    """The smallest weighed rarities of firms, in order; firms of which nothing was judged have none below 1."""
    lowest = judged.group_by("reporting_firm_id").agg(pl.col("weighed").min())["weighed"].sort().to_list()
    return tuple((lowest + [1.0] * firms)[: int(kept * firms) + 1])


def _norms(measures: pl.DataFrame, settings: Settings, catalogue: tuple[Measure, ...]) -> tuple[Norm, ...]:
    """Of all that is measured, then of the sums of their rarities."""
    single = tuple(_fitted(measures, settings, tuple(m for m in catalogue if not m.parts)))
    sums = tuple(m for m in catalogue if m.parts)
    return (*single, *_fitted(_summed(_apart(single, measures), sums), settings, sums))


def _summed(judged: pl.DataFrame, sums: tuple[Measure, ...]) -> pl.DataFrame:
    """Sums of rarities as `MEASURES`."""
    rarity = -pl.col("rarity").log10()
    return stacked(
        judged.filter(pl.col("code").is_in(m.parts))
        .group_by("reporting_firm_id")
        .agg(pl.lit(m.code).alias("code"), rarity.sum().alias("figure"), pl.len().alias("of"))
        for m in sums
    )


def _fitted(measures: pl.DataFrame, settings: Settings, catalogue: tuple[Measure, ...]) -> Iterator[Norm]:
    by_code = _by_code(measures)
    for measure in catalogue:
        rows = by_code.get(measure.code)
        if rows is None or rows.height < settings.least_firms:
            continue
        for end in measure.ends:
            hard = measure.code in settings.hard
            yield Norm.fit(
                measure.code,
                measure.form,
                end,
                *_sample(rows),
                top=settings.top,
                pseudo_firms=settings.pseudo_firms if hard else 0.0,
                weight=settings.weights.get(measure.code, 1.0),
                hard=hard,
                alone=settings.alone[0 if hard else 1],
            )


def _judge(norms: tuple[Norm, ...], measures: pl.DataFrame) -> pl.DataFrame:
    single = _apart(norms, measures)
    known = {n.code for n in norms if n.form == "sum"}
    sums = _summed(single, tuple(m for m in PROFILE if m.code in known))
    return pl.concat([single, _apart(norms, sums)]).sort("code", "end", "reporting_firm_id")


def _apart(norms: tuple[Norm, ...], measures: pl.DataFrame) -> pl.DataFrame:
    """Every measure by its own norms, in one frame: `JUDGED`."""
    by_code = _by_code(measures)
    pairs = [(norm, by_code[norm.code], _sample(by_code[norm.code])) for norm in norms if norm.code in by_code]
    if not pairs:
        return pl.DataFrame(schema=JUDGED)
    surprises = [norm.surprises(*sample) for norm, _rows, sample in pairs]
    rarities = [norm.tail.rarity(s) for (norm, *_rest), s in zip(pairs, surprises, strict=True)]
    weighed = [np.minimum(r / norm.weight, 1.0) for (norm, *_rest), r in zip(pairs, rarities, strict=True)]
    sizes = [rows.height for _norm, rows, _sample in pairs]
    return (
        pl.concat([rows for _norm, rows, _sample in pairs])
        .with_columns(
            pl.Series("end", np.repeat([norm.end for norm, *_rest in pairs], sizes).tolist(), pl.String),
            pl.Series("usual", np.concatenate([norm.typical(sample[1]) for norm, _rows, sample in pairs])),
            pl.Series("surprise", np.concatenate(surprises)),
            pl.Series("rarity", np.concatenate(rarities)),
            pl.Series("weighed", np.concatenate(weighed)),
            pl.Series("hard", np.repeat([norm.hard for norm, *_rest in pairs], sizes)),
        )
        .select(list(JUDGED))
    )


def _usable(norm: Norm) -> bool:
    """Whether one can judge by its figures: a file can say anything."""
    (a, b), tail = norm.model, norm.tail
    fits = {"count": min(a, b) > 0, "value": b >= 0 and len(norm.usual) > 0, "sum": len(norm.usual) > 0}
    told = (a, b, tail.share, tail.begin, tail.fall, norm.weight, *(x for knot in norm.usual for x in knot))
    return (
        str(norm.code) == norm.code
        and norm.end in ("high", "low")
        and fits.get(norm.form, False)
        and bool(np.isfinite(told).all())
        and 0 <= tail.share <= 1
        and min(tail.fall, norm.weight) > 0
    )


def _by_code(measures: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {str(k[0]): rows for k, rows in measures.partition_by("code", as_dict=True).items()}


def _sample(rows: pl.DataFrame) -> tuple[Any, Any, Any]:
    return rows["figure"].to_numpy(), rows["of"].to_numpy(), rows["error"].to_numpy()
