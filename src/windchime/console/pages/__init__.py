"""The pages: one module a subject, each with its context, its routes and nothing that another page needs."""

from windchime.console.pages import (
    account,
    accounts,
    audit,
    consents,
    content,
    customers,
    decision,
    decisions,
    figure,
    firm,
    firms,
    graph,
    graph_files,
    identity,
    inbox,
    invoices,
    models,
    override,
    portfolio,
    proposals,
    quality,
    quarantine,
    reads,
    reports,
    reveal,
    rules,
    sign_in,
    tables,
)

#: in the order of the navigation; a page of one record stands after the list it belongs to
routers = tuple(
    page.router
    for page in (
        portfolio,
        inbox,
        proposals,
        firms,
        firm,
        invoices,
        graph,
        graph_files,
        figure,
        reports,
        decisions,
        decision,
        override,
        tables,
        identity,
        quarantine,
        quality,
        models,
        rules,
        content,
        customers,
        consents,
        reveal,
        reads,
        audit,
        sign_in,
        account,
        accounts,
    )
)

__all__ = ["routers"]
