"""A rulebook: one product with the policy and the schemes it names, as they stood at a date, ready to decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Self

from sqlalchemy.orm import Session

from windchime.content import seed, yamlfile
from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore
from windchime.core.canonical import sha256
from windchime.core.errors import UnknownName
from windchime.decision.document import Cite, Cites
from windchime.decision.limit import LimitParameters
from windchime.decision.policy import Policy
from windchime.decision.price import PriceParameters
from windchime.decision.product import Product


@dataclass(frozen=True)
class Rulebook:
    """Everything of content that a decision needs."""

    product: Product
    policy: Policy
    limit: LimitParameters
    price: PriceParameters
    product_cite: Cite
    policy_cite: Cite
    scheme_cites: Mapping[str, Cite]
    #: parameters of the indicators
    indicators: Scheme

    @classmethod
    def published(cls, store: ContentStore, session: Session, product: str, as_of: date) -> Self:
        """From what the bank published and is in force at the date.

        Raises:
            NotPublished: a document that is named and not in force.
        """

        def version(kind: str, name: str) -> Cite:
            return Cite(name, store.version_at(session, kind, name, as_of))

        cite = version("products", product)
        found = _product(store.bytes_of(cite.version))
        schemes = {role: version("schemes", name) for role, name in found.schemes.items()}
        return cls._from(store.bytes_of, cite, version("policies", found.policy), schemes, as_of)

    @classmethod
    def cited(cls, store: ContentStore, cites: Cites, as_of: date) -> Self:
        """From the very bytes a decision cites, whatever was published since.

        Raises:
            ContentChanged: bytes that are missing or no longer those cited.
        """
        return cls._from(store.bytes_of, cites.product, cites.policy, cites.schemes, as_of)

    @classmethod
    def shipped(cls, product: str, as_of: date) -> Self:
        """From the content that ships with the release: for notebooks, tests and benchmarks."""
        blobs = {(k, n): data for k in ("products", "policies", "schemes") for n, data in seed.sources(k).items()}
        if ("products", product) not in blobs:
            raise UnknownName("product", product, [n for k, n in blobs if k == "products"])
        by_hash = {sha256(data): data for data in blobs.values()}
        found = _product(blobs["products", product])

        def cite(kind: str, name: str) -> Cite:
            return Cite(name, sha256(blobs[kind, name]))

        schemes = {role: cite("schemes", name) for role, name in found.schemes.items()}
        return cls._from(by_hash.__getitem__, cite("products", product), cite("policies", found.policy), schemes, as_of)

    @classmethod
    def _from(cls, bytes_of: Any, product: Cite, policy: Cite, schemes: Mapping[str, Cite], as_of: date) -> Self:
        found = {role: _scheme(bytes_of(c.version)) for role, c in schemes.items()}
        return cls(
            product=_product(bytes_of(product.version)),
            policy=_policy(bytes_of(policy.version)),
            limit=limit_parameters(found["limit"], as_of),
            price=price_parameters(found["costs"], found["price"], as_of),
            product_cite=product,
            policy_cite=policy,
            scheme_cites=dict(schemes),
            indicators=found["indicators"],
        )

    def cites(self, *, indicators: str, lake_version: int, release: str, lock: str) -> Cites:
        """The versions a decision by this rulebook cites."""
        return Cites(indicators, self.product_cite, self.policy_cite, self.scheme_cites, lake_version, release, lock)


def cited_policy(store: ContentStore, cites: Cites) -> Policy:
    """The policy that a decision cites: all that its reasons need to be said in words.

    Raises:
        ContentChanged: bytes that are missing or no longer those cited.
    """
    return _policy(store.bytes_of(cites.policy.version))


def limit_parameters(scheme: Scheme, as_of: date) -> LimitParameters:
    """What a scheme of limits says at a date."""
    names = ("sales_share", "operating_margin", "debt_service_cover")
    return LimitParameters(**{n: scheme.number(n, as_of) for n in names})


def price_parameters(costs: Scheme, prices: Scheme, as_of: date) -> PriceParameters:
    """What the schemes of costs and of prices say at a date."""
    cost_names = ("cost_of_funds", "operating_cost", "loss_given_default")
    price_names = ("risk_weight", "capital_ratio", "return_on_capital")
    return PriceParameters(
        **{n: costs.number(n, as_of) for n in cost_names}, **{n: prices.number(n, as_of) for n in price_names}
    )


# Compiled content, kept by its bytes: a version never changes, so neither does what it compiles to.


@lru_cache(maxsize=32)
def _product(data: bytes) -> Product:
    return Product.of(yamlfile.parse(data, "products"))


@lru_cache(maxsize=32)
def _policy(data: bytes) -> Policy:
    return Policy.of(yamlfile.parse(data, "policies"))


@lru_cache(maxsize=64)
def _scheme(data: bytes) -> Scheme:
    return Scheme.of(yamlfile.parse(data, "schemes"))
