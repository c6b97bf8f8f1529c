"""`windchime NOUN VERB`: one module a noun, each registered on the tree here."""

from windchime.cli.app import app
from windchime.cli.nouns import (
    account,
    agreement,
    api,
    audit,
    bank,
    consent,
    content,
    contract,
    customer,
    graph,
    identity,
    indicators,
    invoices,
    job,
    lake,
    library,
    mapping,
    model,
    proposal,
    quarantine,
    rules,
    twin,
    vault,
    webhook,
)
from windchime.cli.words import say
from windchime.core.text import _

app.add_typer(
    content.app, name="content", help=say(_("schemes, products and policies: list, import, compare, publish"))
)
app.add_typer(
    mapping.app, name="mapping", help=say(_("how files of one's own become tables: propose, check, save, list, show"))
)
app.add_typer(
    model.app, name="model", help=say(_("scorecard and challenger: train, validate, compare, promote, watch, export"))
)
app.add_typer(
    rules.app, name="rules", help=say(_("rules that find themselves: mine, apply, monitor, export, keep, list"))
)
app.add_typer(quarantine.app, name="quarantine", help=say(_("rows that failed their contract: list and repair")))
app.add_typer(identity.app, name="identity", help=say(_("who is who: resolve, show, explain, judge, evaluate")))
app.add_typer(
    graph.app, name="graph", help=say(_("who owns, controls, guarantees, supplies and pays whom: run, ask, draw"))
)
app.add_typer(indicators.app, name="indicators", help=say(_("every measured quantity of every firm: measure")))
app.add_typer(
    invoices.app,
    name="invoices",
    help=say(_("a borrower's invoices: verify, what is usual, tamper, evaluate, operations")),
)
app.add_typer(
    library.app, name="library", help=say(_("the tables of the ten categories: list, show, trace a row to decisions"))
)
app.add_typer(
    contract.app, name="contract", help=say(_("what each table is: list, show, schema, workbook; check of a lake"))
)
app.add_typer(lake.app, name="lake", help=say(_("the versions of the library")))
app.add_typer(vault.app, name="vault", help=say(_("personal data: find, read and erase on record; turn the key")))
app.add_typer(
    proposal.app, name="proposal", help=say(_("changes that want four eyes: list, show, approve, send back, withdraw"))
)
app.add_typer(audit.app, name="audit", help=say(_("the audit chain: list and verify")))
app.add_typer(job.app, name="job", help=say(_("work in the background: ask, list, cancel, schedule; the worker")))
app.add_typer(webhook.app, name="webhook", help=say(_("where events go: add, test, rotate, end; dead letters; send")))
app.add_typer(
    agreement.app, name="agreement", help=say(_("what may cross between two banks: propose, take, list, revoke, give"))
)
app.add_typer(bank.app, name="bank", help=say(_("the banks of one home: list and add")))
app.add_typer(twin.app, name="twin", help=say(_("a simulated region: generate and check")))
app.add_typer(account.app, name="account", help=say(_("who may sign in: make, list, roles, close, password, token")))
app.add_typer(api.app, name="api", help=say(_("the HTTP API: print its description")))
app.add_typer(consent.app, name="consent", help=say(_("what firms agreed to: record, revoke, list, import")))
app.add_typer(customer.app, name="customer", help=say(_("whose customers firms are: assign, list, import")))
