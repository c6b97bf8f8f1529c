"""The pages: one module a subject, each with its context, its routes and nothing that another page needs."""

from windchime.console.pages import (
    audit,
    content,
    decision,
    decisions,
    figure,
    firm,
    firms,
    graph,
    graph_files,
    identity,
    invoices,
    models,
    portfolio,
    quality,
    quarantine,
    reports,
    rules,
    tables,
)

#: in the order of the navigation; a page of one record stands after the list it belongs to
routers = tuple(
    page.router
    for page in (
        portfolio,
        firms,
        firm,
        invoices,
        graph,
        graph_files,
        figure,
        reports,
        decisions,
        decision,
        tables,
        identity,
        quarantine,
        quality,
        models,
        rules,
        content,
        audit,
    )
)

__all__ = ["routers"]
