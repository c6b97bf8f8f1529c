"""The guard before publication: content is compiled and held against what it refers to; then a second person lets it pass."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from windchime.content import seed, yamlfile
from windchime.content.scheme import Scheme
from windchime.content.store import PUBLISHED_KINDS, ContentStore, NotPublished
from windchime.content.tables import ContentVersion
from windchime.core.canonical import sha256
from windchime.core.errors import BadInput, UnknownName, WindchimeError
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.decision.policy import Policy
from windchime.decision.product import Product
from windchime.decision.rulebook import limit_parameters, price_parameters
from windchime.dmn import BrokenModel
from windchime.service.bank import Bank

#: who the shipped content is by
RELEASE = Actor("release", "system")
#: from when shipped content counts: the day on which all values of shipped schemes have begun
BEGINS = date(2000, 1, 1)
#: schemes before the policies and products that may name them
ORDER = ("schemes", "policies", "products")


class FaultyContent(BadInput):
    """Content that cannot be published; every fault found stands in `problems`."""

    msgid = _("{kind} '{name}' has {count} faults and was not published: {faults}")

    def __init__(self, kind: str, name: str, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        said = " | ".join(p.sentence("en") for p in problems)
        super().__init__(kind=kind, name=name, count=len(problems), faults=said)


def publish(
    store: ContentStore,
    unit: Unit,
    kind: str,
    name: str,
    version: str,
    *,
    valid_from: date | None = None,
    reason: str = "",
) -> tuple[Problem, ...]:
    """Check a draft, then let it take effect; of the same bytes for several dates the one of `valid_from`, or the earliest.

    Returns:
        What is not wrong but worth knowing: gaps, overlaps and rules of decision tables that never decide.

    Raises:
        FaultyContent: with all faults.
        UnknownName, OwnContent: as `ContentStore.publish`.
    """
    draft = store.draft(unit.session, kind, name, version, valid_from)
    notes = examine(store, unit.session, draft)
    store.publish(unit, kind, name, draft.sha256, valid_from=draft.valid_from, reason=reason)
    return notes


def examine(store: ContentStore, session: Session, draft: ContentVersion) -> tuple[Problem, ...]:
    """Hold a draft against its form and all it refers to; gives back notes.

    Raises:
        FaultyContent: with all faults.
    """
    body = yamlfile.parse(store.bytes_of(draft.sha256), f"{draft.kind}/{draft.name}.yaml")
    return check(store, session, draft.kind, draft.name, body, draft.valid_from)


def check(store: ContentStore, session: Session, kind: str, name: str, body: Any, as_of: date) -> tuple[Problem, ...]:
    """Hold content against its form and all it refers to; gives back notes.

    Raises:
        FaultyContent: with all faults.
    """
    if kind not in CHECKS:
        raise UnknownName("kind of content", kind, list(CHECKS))
    faults: list[Problem] = []
    notes: tuple[Problem, ...] = ()

    def named(own: str) -> None:
        if not isinstance(body, Mapping) or body.get(own) != name:
            faults.append(_fault(kind, name, _("it does not name itself '{own}' under '{key}'"), own=name, key=own))

    named({"schemes": "scheme", "products": "product", "policies": "policy"}[kind])
    try:
        found = CHECKS[kind](store, session, name, body, as_of) if not faults else ()
        faults += [p for p in found if p.code == "fault"]
        notes = tuple(p for p in found if p.code != "fault")
    except BrokenModel as error:
        faults += error.problems
    except WindchimeError as error:
        faults.append(_fault(kind, name, error.msgid, **error.params))
    except (KeyError, TypeError, AttributeError) as error:
        faults.append(_fault(kind, name, _("its form is broken near {place}"), place=str(error)))
    if faults:
        raise FaultyContent(kind, name, tuple(faults))
    return notes


def _fault(kind: str, name: str, msgid: str, /, **params: Any) -> Problem:
    return Problem("fault", msgid, file=f"{kind}/{name}.yaml", params=params)


def _policy(store: ContentStore, session: Session, name: str, body: Any, as_of: date) -> tuple[Problem, ...]:  # noqa: ARG001 - one signature for all kinds
    policy = Policy.of(body)
    faults = [
        _fault(
            "policies",
            name,
            _("input {input} is taken from the indicator '{code}', which does not exist"),
            input=i,
            code=s.figure,
        )
        for i, s in policy.inputs.items()
        if s.kind == "indicator" and s.figure not in _indicators()
    ]
    return (*faults, *policy.terms.check(), *policy.verdict.check())


def _product(store: ContentStore, session: Session, name: str, body: Any, as_of: date) -> tuple[Problem, ...]:
    product = Product.of(body)
    return tuple(_product_faults(store, session, name, product, as_of))


def _product_faults(
    store: ContentStore, session: Session, name: str, product: Product, as_of: date
) -> Iterator[Problem]:
    for code in (product.sales, *product.excluded_shares):
        if code not in _indicators():
            yield _fault("products", name, _("the indicator '{code}' does not exist"), code=code)
    schemes: dict[str, Scheme] = {}
    for kind, role, wanted in [
        ("policies", "", product.policy),
        *(("schemes", r, n) for r, n in product.schemes.items()),
    ]:
        try:
            found = store.published(session, kind, wanted, as_of)
        except NotPublished as error:
            yield _fault("products", name, error.msgid, **error.params)
            continue
        if role:
            schemes[role] = Scheme.of(found.body)
    needed: list[tuple[set[str], Callable[[], Any]]] = [
        ({"limit"}, lambda: limit_parameters(schemes["limit"], as_of)),
        ({"costs", "price"}, lambda: price_parameters(schemes["costs"], schemes["price"], as_of)),
    ]
    for roles, read in needed:
        if roles <= schemes.keys():
            try:
                read()
            except WindchimeError as error:
                yield _fault("products", name, error.msgid, **error.params)


def _scheme(store: ContentStore, session: Session, name: str, body: Any, as_of: date) -> tuple[Problem, ...]:  # noqa: ARG001 - one signature for all kinds
    """A scheme that the program reads must keep every parameter of the shipped one, in the same form."""
    scheme = Scheme.of(body)
    shipped = seed.document("schemes", name)
    if shipped is None:
        return ()
    model = Scheme.of(shipped)
    return tuple(
        _fault(
            "schemes", name, _("the parameter {parameter} is missing, or its values are of another kind"), parameter=p
        )
        for p, line in model.parameters.items()
        if p not in scheme.parameters or not _alike(line.values[-1][1], [v for _from, v in scheme.parameters[p].values])
    )


def _alike(wanted: Any, values: list[Any]) -> bool:
    def kind(value: Any) -> str:
        from decimal import Decimal

        return "number" if isinstance(value, Decimal | int) and not isinstance(value, bool) else type(value).__name__

    return all(kind(v) == kind(wanted) for v in values)


#: how each kind of content is checked
CHECKS: dict[str, Callable[[ContentStore, Session, str, Any, date], tuple[Problem, ...]]] = {
    "schemes": _scheme,
    "policies": _policy,
    "products": _product,
}
assert set(CHECKS) == set(PUBLISHED_KINDS)


def _indicators() -> set[str]:
    from windchime.indicators import indicators

    return {i.code for i in indicators()}


def missing(bank: Bank) -> list[tuple[str, str, bytes]]:
    """Kind, name and bytes of the shipped documents of which a bank has published no version, what others name first."""
    with bank.session() as session:
        known = {(v.kind, v.name) for v in ContentStore(bank.content_dir).versions(session) if v.state == "published"}
    return [(k, n, data) for k in ORDER for n, data in seed.sources(k).items() if (k, n) not in known]


def set_up(bank: Bank, actor: Actor, *, valid_from: date = BEGINS) -> list[tuple[str, str, str]]:
    """Make an empty bank able to decide: shipped documents of which it has published no version take effect.

    They are proposed by the release and published by the person who sets the bank up. What a bank has published itself is
    never touched, so doing it again changes nothing.

    Returns:
        (kind, name, version) of what was published now.
    """
    store, wanted = ContentStore(bank.content_dir), missing(bank)
    if not wanted:
        return []
    with bank.unit(RELEASE) as unit:
        for kind, name, data in wanted:
            store.propose(unit, kind, name, data, valid_from=valid_from)
    with bank.unit(actor) as unit:
        for kind, name, data in wanted:
            publish(store, unit, kind, name, sha256(data), reason="set-up")
    return [(kind, name, sha256(data)) for kind, name, data in wanted]
