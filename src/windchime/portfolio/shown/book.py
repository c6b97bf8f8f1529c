"""The book: of every firm the decision written last, in the short form that lists, counts and charts need."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from windchime.content.store import ContentStore
from windchime.core.money import ZERO
from windchime.core.text import LANGS, Text
from windchime.data.lake import versions
from windchime.decision import document as documents
from windchime.decision import log, untrusted
from windchime.decision.document import Reason
from windchime.decision.overriding import overridden
from windchime.decision.policy import Policy
from windchime.decision.rulebook import cited_policy
from windchime.decision.tables import Decision, DecisionOverride
from windchime.portfolio.shown.library import Library
from windchime.service.bank import Bank


@dataclass(frozen=True, slots=True)
class Line:
    """The decision about one firm that was written last, as it stands."""

    decision_id: str
    firm_id: str
    name: str
    verdict: str
    band: str
    #: of default
    probability: Decimal
    #: yuan; None when declined
    limit: Decimal | None
    #: a fraction a year; None when declined
    rate: Decimal | None
    as_of: date
    made_at: datetime
    #: codes of all its reasons
    reasons: tuple[str, ...]
    #: the gravest of them; None where the policy gave none
    reason: str | None
    #: expected loss of one yuan lent for a year, a fraction
    loss: Decimal
    #: whether people replaced the policy's verdict, limit or rate: then these are theirs
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """The whole book, newest decision first."""

    lines: tuple[Line, ...]
    #: the sentence of each reason, its figures left out
    sentences: Mapping[str, Text]

    def among(self, firms: Container[str]) -> "Book":
        """The part of it that is about some firms."""
        return replace(self, lines=tuple(line for line in self.lines if line.firm_id in firms))

    @property
    def approved(self) -> tuple[Line, ...]:
        """Lines that offer credit."""
        return tuple(line for line in self.lines if line.verdict == "approve")

    @property
    def offered(self) -> Decimal:
        """Yuan offered in approved decisions."""
        return sum((line.limit or ZERO for line in self.approved), ZERO)

    @property
    def expected_loss(self) -> Decimal:
        """Yuan a year on what is offered: each limit by default probability and loss given default, then summed."""
        return sum(((line.limit or ZERO) * line.loss for line in self.approved), ZERO).quantize(ZERO)

    @property
    def bands(self) -> tuple[str, ...]:
        """The bands there are, best first."""
        return tuple(sorted({line.band for line in self.lines}))


def book(bank: Bank, session: Session, library: Library) -> Book:
    """The book as it stands; kept until a decision is written or overridden, or other data are loaded."""
    newest = session.scalar(select(func.max(Decision.seq)))
    head = versions.head(session)
    replaced = session.scalar(select(func.count()).select_from(DecisionOverride))
    question = ("book", newest, replaced, head.lake_version if head else None)
    return library.kept.get(question, lambda: _read(bank, session, library))


def _read(bank: Bank, session: Session, library: Library) -> Book:
    # stored as text: PostgreSQL reads JSON from it by a cast, which on SQLite would make a number of it
    postgres = session.get_bind().dialect.name == "postgresql"
    body = cast(Decision.body, JSON) if postgres else type_coerce(Decision.body, JSON)
    columns = (
        Decision.id,
        Decision.firm_id,
        Decision.verdict,
        Decision.band,
        Decision.probability,
        Decision.limit,
        Decision.rate,
        Decision.as_of,
        Decision.made_at,
        Decision.reason_codes,
        body["reasons", 0, "code"].as_string().label("reason"),
        body["price_steps", "expected_loss"].as_string().label("loss"),
    )
    query = select(*columns).where(*log.Filter(latest=True).conditions()).order_by(Decision.seq.desc())
    names, replaced = library.names(session), overridden(session)
    lines = tuple(
        Line(
            r.id,
            r.firm_id,
            names.get(r.firm_id, r.firm_id),
            stands.verdict,
            r.band,
            r.probability,
            stands.limit,
            stands.rate,
            r.as_of,
            r.made_at,
            tuple(r.reason_codes.split()),
            r.reason,
            Decimal(r.loss),
            r.id in replaced,
        )
        for r in session.execute(query)
        for stands in (replaced.get(r.id, r),)
    )
    return Book(lines, _sentences(bank, session, lines))


def _sentences(bank: Bank, session: Session, lines: tuple[Line, ...]) -> Mapping[str, Text]:
    """What each reason says, by the policy of the newest decision; a code that this policy lacks stands for itself."""
    if not lines:
        return {}
    decided = documents.read(log.get(session, lines[0].decision_id).body)
    policy = cited_policy(ContentStore(bank.content_dir), decided.cites)
    return reason_sentences(policy)


def reason_sentences(policy: Policy) -> Mapping[str, Text]:
    """The sentence of every rule that gives a reason; figures that differ from firm to firm are `…`."""
    found = {untrusted.CODE: untrusted.general()}
    for table, code in policy.rules:
        if any(table in tables for tables in policy.reasons.values()):
            general = Reason(code, f"{table}:{code}", dict.fromkeys(policy.inputs, "…"))
            found[code] = Text(*(policy.sentence(general, lang) for lang in LANGS))
    return found
