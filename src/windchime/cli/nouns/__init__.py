"""`windchime NOUN VERB`: one module a noun, each registered on the tree here."""

from windchime.cli.app import app
from windchime.cli.nouns import audit, content
from windchime.cli.words import say
from windchime.core.text import _

app.add_typer(
    content.app, name="content", help=say(_("schemes, products and policies: list, import, compare, publish"))
)
app.add_typer(audit.app, name="audit", help=say(_("the audit chain: list and verify")))
