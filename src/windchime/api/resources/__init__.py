"""The resources of the API, one module each; `routers` lists them in the order of the description."""

from windchime.api.resources import (
    about,
    audit,
    consents,
    contents,
    decisions,
    figures,
    findings,
    firms,
    jobs,
    lake,
    me,
    models,
    neighbourhoods,
    portfolio,
    proposals,
    quality,
    replays,
    tokens,
    webhooks,
)

#: what is asked most comes first: they are looked through in this order with every request; an address that ends in the id
#: of a firm takes whatever stands there, so `firms` comes after what stands below a firm
routers = tuple(
    module.router
    for module in (
        me,
        decisions,
        consents,
        figures,
        findings,
        neighbourhoods,
        firms,
        jobs,
        tokens,
        portfolio,
        replays,
        proposals,
        quality,
        lake,
        contents,
        models,
        webhooks,
        audit,
        about,
    )
)

__all__ = ["routers"]
