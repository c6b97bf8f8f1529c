"""The door to ownership for notebooks: `from windchime import Ownership`."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa

from windchime.core.errors import BadInput, UnknownName
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.graph.components import Components
from windchime.graph.nodes import Ints
from windchime.graph.ownership.certificate import Certificate
from windchime.graph.ownership.changing_shares import Share, changed, components_after, touched_by
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.integrated import Integrated, integrated
from windchime.graph.ownership.majority import Majority
from windchime.graph.ownership.one_owner import owned_by
from windchime.graph.ownership.overissued import NAMED, Excess, closed_loops, downstream, excesses, problems
from windchime.graph.ownership.reading_shares import first_row
from windchime.graph.ownership.shares import holdings_of
from windchime.graph.ownership.solution import companies_first
from windchime.graph.ownership.vectors import Flags

Threshold = Majority | Fraction | Decimal | str | float


class OverIssued(BadInput):
    """More of a company is held than there is, so nobody's part of it can be told."""

    msgid = _("{count} companies are held to more than all of them: {companies}")
    hint = _(
        "correct the rows that problems() names, or pass skip_faulty=True to be told the rest; control() answers as is"
    )

    def __init__(self, companies: list[str]) -> None:
        self.companies = companies
        super().__init__(count=len(companies), companies=", ".join(companies[:NAMED]))


class Ownership:
    """Who owns a company, through every chain and loop: exact, with a certificate.

    Tables come back as Arrow (`pyarrow.Table`), whatever form the shareholdings came in: `pl.from_arrow(t)` and
    `t.to_pandas()` turn them at no or little cost. What is solved once is kept: a second question at the same threshold is free.

    Attributes:
        holdings: the stakes, as arrays.
    """

    def __init__(
        self,
        holdings: Holdings,
        faulty_rows: Iterable[Problem] = (),
        *,
        first_row: int = 1,
        persons_named: bool = False,
    ) -> None:
        self.holdings = holdings
        self._persons_named = persons_named
        self._faulty_rows = tuple(faulty_rows)
        self._first_row = first_row
        self._found: dict[Fraction, Integrated] = {}
        #: answers before a change, each with (nodes,) what changes since can have touched
        self._before: dict[Fraction, tuple[Integrated, Flags]] = {}

    @classmethod
    def from_shares(cls, table: object, persons: Iterable[str] | None = None, *, as_of: date | None = None) -> Self:
        """Read shareholdings.

        Args:
            table: Arrow, Polars, pandas, a mapping of columns, or the path of a `.csv` or `.parquet` file, with the columns
                `owner`, `company`, `share` (in (0, 1]; null: undisclosed) and, if wanted, `votes` and `as_of`.
            persons: ids of natural persons; None: all that no row names as a company.
            as_of: where the table has a column `as_of`: the day asked about; None: the last of each owner and company.

        Raises:
            NoTable, NoShareholdings, UnreadableFile: there is no such table. Faulty rows are `problems()`.
        """
        source = Path(table) if isinstance(table, str) else table
        holdings, faulty = holdings_of(source, persons, as_of)
        return cls(holdings, faulty, first_row=first_row(source), persons_named=persons is not None)

    def problems(self) -> list[Problem]:
        """What is wrong with the shareholdings: rows that were set aside, over-issued companies, orphan loops with their members.

        `share_undisclosed` and `shares_rounded_up` are notes: nothing is wrong with the answers for them.
        """
        orphans = self._nobodys[0]
        return [
            *self._faulty_rows,
            *problems(self.holdings, self._components, self._excesses, orphans, self._first_row),
        ]

    def integrated(self, at_least: Threshold = 0, *, skip_faulty: bool = False) -> pa.Table:
        """Shares of cash-flow rights: `owner` (ultimate: held by nobody), `company`, `share`, each pair once, by company.

        Args:
            at_least: only shares of at least this; of 0: all, which in a country's registry are very many.
            skip_faulty: leave out over-issued companies and all they hold, directly or indirectly, and tell the rest.

        Raises:
            OverIssued: more of some company is held than there is, and `skip_faulty` is not set.
            NoThreshold: `at_least` is no share.
        """
        exact = Fraction(0) if at_least == 0 else Majority.of(at_least).threshold
        return self._solved(exact, skip_faulty).table()

    def beneficial_owners(
        self,
        threshold: Threshold = 0.25,
        inclusive: bool = True,
        rule: str | None = None,
        *,
        skip_faulty: bool = False,
    ) -> pa.Table:
        """Natural persons who own enough of a company: `owner`, `company`, `share`, each pair once, by company.

        A share within 1e-9 of the threshold is decided by the decimal texts of all shares between the two.

        Args:
            threshold: a share above 0, up to 1.
            inclusive: whether the threshold itself is enough.
            rule: `cn-2024`, `eu-amlr`, `uk-psc`: who is a beneficial owner by that law, which brings its own thresholds and
                the routes of votes and control; columns then as in `legal.OWNERS`.
            skip_faulty: as for `integrated`.

        Raises:
            OverIssued, NoThreshold: as for `integrated`.
            UnknownName: no such rule.
        """
        if rule is not None:
            return self._by_law(rule, skip_faulty=skip_faulty)
        return self._owners(Majority.of(threshold, inclusive=inclusive), skip_faulty=skip_faulty)

    def control(self, threshold: Threshold = 0.5) -> pa.Table:
        """Who controls whom: `controller`, `company`, `votes`; companies as controllers and mutual pairs included.

        The least fixpoint: a controller has more than `threshold` of the votes together with all that it controls. Over-issued
        companies answer too.
        """
        from windchime.graph.ownership.control import control

        return control(self.holdings, Majority.of(threshold)).table()

    def owned_by(self, owner: str) -> pa.Table:
        """What one owner has in companies, `owner`, `company`, `share`: a person, or a company that others own.

        The shares of a company inside a loop are corrected for what it owns of itself: what it would own if nobody held it.

        Raises:
            UnknownName: no row names the owner.
            OverIssued: of something it holds, more is held than there is.
        """
        number = self.holdings.nodes.number(owner)
        if number is None:
            raise UnknownName(_("owner"), owner, ())
        below = downstream(self.holdings.by_owner, np.array([number], np.int32))
        if over := [e.company for e in self._excesses if e.over_issued and below[e.company]]:
            raise OverIssued([str(i) for i in self.holdings.nodes.named(np.array(over))])
        company, share = owned_by(self.holdings, number)
        named = self.holdings.nodes.named
        owners = named(np.full(len(company), number))
        return pa.table({"owner": owners, "company": named(company), "share": pa.array(share)})

    def certificate(self, at_least: Threshold = 0.25, *, skip_faulty: bool = False) -> Certificate:
        """What `beneficial_owners` at this threshold, or `integrated`, proves of itself; solves it if that was not done."""
        exact = Fraction(0) if at_least == 0 else Majority.of(at_least).threshold
        return self._solved(exact, skip_faulty).certificate

    def left_out(self) -> list[str]:
        """The companies that `skip_faulty` leaves out: the over-issued, and all they hold, directly or indirectly."""
        return [str(i) for i in self.holdings.nodes.named(np.flatnonzero(self._faulty))]

    def with_change(self, owner: str, company: str, share: Share | None) -> Self:
        """The ownership after one shareholding changed; this one stays as it is, and what the change cannot touch is shared.

        Of the answers found so far only the companies downstream of `company` are solved anew, when they are asked for; a
        certificate says how many (`solved`).

        Args:
            owner: who holds, known or new.
            company: who is held, known or new.
            share: what is held from now on, in place of what was, of profits and votes; None: nothing that is disclosed.

        Raises:
            NoShare: not in (0, 1].
            PersonHeld: the company is one of the persons named.
        """
        holdings, o, c = changed(self.holdings, owner, company, share, persons_named=self._persons_named)
        after = type(self)(holdings, self._faulty_rows, first_row=self._first_row, persons_named=self._persons_named)
        below = downstream(holdings.by_owner, np.array([c], np.int32))
        after._components = components_after(holdings, self._components, below)  # noqa: SLF001  # of the same class
        known = self._before | {k: (found, np.zeros(0, bool)) for k, found in self._found.items()}
        after._before = {k: (f, touched_by(o, below, part, f.solved)) for k, (f, part) in known.items()}  # noqa: SLF001
        return after

    def _owners(self, enough: Majority, *, skip_faulty: bool) -> pa.Table:
        found = self._solved(enough.threshold, skip_faulty)
        chosen = self.holdings.is_person[found.owner]
        return found.table(chosen if enough.inclusive else chosen & ~found.equal)

    def _by_law(self, name: str, *, skip_faulty: bool) -> pa.Table:
        from windchime.content import seed
        from windchime.content.scheme import Scheme
        from windchime.graph.ownership.legal import beneficial_owners
        from windchime.graph.ownership.settings import Rule

        scheme = Scheme.of(seed.documents("schemes")["ownership"])
        rule = Rule.of(scheme, name, date.max)
        owned = (
            self._owners(rule.share, skip_faulty=skip_faulty)
            if rule.share
            else self._solved(Fraction(1), skip_faulty).table()
        )
        return beneficial_owners(self.holdings, owned, rule)

    def _solved(self, at_least: Fraction, skip_faulty: bool) -> Integrated:
        if not skip_faulty and self._faulty.any():
            over = [e.company for e in self._excesses if e.over_issued]
            raise OverIssued([str(i) for i in self.holdings.nodes.named(np.array(over))])
        if at_least not in self._found:
            before, part = self._before.pop(at_least, (None, None))
            self._found[at_least] = integrated(
                self.holdings,
                self._components,
                self._nobodys,
                self._faulty,
                at_least,
                before,
                part,
            )
        return self._found[at_least]

    @cached_property
    def _components(self) -> Components:
        return companies_first(self.holdings)

    @cached_property
    def _excesses(self) -> list[Excess]:
        return excesses(self.holdings, self._components)

    @cached_property
    def _nobodys(self) -> tuple[Ints, Ints]:
        return closed_loops(self.holdings, self._components)

    @cached_property
    def _faulty(self) -> Flags:
        over = np.array([e.company for e in self._excesses if e.over_issued], np.int32)
        return downstream(self.holdings.by_owner, over) if len(over) else np.zeros(len(self.holdings.nodes), bool)
