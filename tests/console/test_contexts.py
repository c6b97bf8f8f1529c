"""What templates are given is what is documented: every field has its words, every name a template reads is a field."""

import inspect
import re
import sys
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta, nodes
from starlette.testclient import TestClient
from tests.console.addresses import examples
from tests.console.helpers import a_client
from tests.present.helpers import messages

from windchime import console
from windchime.console import frame, pages
from windchime.console.frame import Context
from windchime.console.pages.proposals import DamagedPage
from windchime.console.pages.reveal import Revealed
from windchime.core.text import LANGS, catalogue
from windchime.present.web import environment
from windchime.service.bank import Bank

#: what every template gets besides its context
FRAME = {"page", "own", "to"}


def contexts() -> list[type[Context]]:
    assert pages.routers
    # a dataclass with slots is made twice; the module holds the one that counts
    found = {getattr(sys.modules[c.__module__], c.__name__) for c in Context.__subclasses__()}
    return sorted(found, key=lambda c: c.__name__)


def env() -> jinja2.Environment:
    return environment("en", "windchime.console")


def names_read(template: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """Names that a template, and what it extends or includes, expects to be given."""
    loader = env().loader
    assert loader is not None
    source, _path, _fresh = loader.get_source(env(), template)
    tree = env().parse(source)
    found = meta.find_undeclared_variables(tree)
    for reference in meta.find_referenced_templates(tree):
        if reference and not reference.startswith("macros/") and reference not in seen:
            found |= names_read(reference, seen | {template})
    # an included part sees the variables of the loop or block around it
    inside = {n.name for n in tree.find_all(nodes.Name) if n.ctx in {"store", "param"}}
    imported = {n if isinstance(n, str) else n[1] for given in tree.find_all(nodes.FromImport) for n in given.names}
    macros = {m.name for m in tree.find_all(nodes.Macro)}
    return found - inside - imported - macros - set(env().globals)


@pytest.mark.parametrize("context", contexts(), ids=lambda c: c.__name__)
def test_a_template_reads_what_its_context_has_and_all_of_it(context: type[Context]) -> None:
    fields = set(context.__annotations__) - {"template"}
    assert names_read(context.template) - FRAME == fields


@pytest.mark.parametrize("context", contexts(), ids=lambda c: c.__name__)
def test_every_context_says_what_it_is(context: type[Context]) -> None:
    assert context.__doc__
    assert context.__doc__.endswith(".")
    source = inspect.getsource(context)
    unsaid = [
        name
        for name in context.__annotations__
        if name not in SELF_EXPLAINING and not re.search(rf"#: .+\n(?:    #: .+\n)*    {name}:", source)
    ]
    assert not unsaid


#: fields whose name and type say all there is
SELF_EXPLAINING = {"template", "firm_id", "lake_version", "findings", "limit_steps", "price_steps", "scores", "product",
                   "term_months", "cites", "state", "kind", "card", "as_of", "name", "message", "item"}  # fmt: skip


def test_what_is_rendered_is_the_declared_type(shop: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: dict[str, Context] = {}
    render = frame.Frame.render

    def kept(self: frame.Frame, session: object, title: object, context: Context, status: int = 200) -> object:
        rendered[context.template + type(context).__name__] = context
        return render(self, session, title, context, status)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(frame.Frame, "render", kept)
    client = a_client(shop)
    for address in (*examples(shop).values(), "/nowhere"):
        client.get(address)
    # values in clear are the answer to a form alone (test_rights); nothing here is damaged (test_proposals)
    assert {type(c) for c in rendered.values()} == set(contexts()) - {Revealed, DamagedPage}


def test_every_message_has_its_chinese() -> None:
    missing = sorted(messages("windchime.console") - set(catalogue()))
    assert not missing


def test_every_template_is_used() -> None:
    folder = Path(str(console.__file__)).parent / "templates"
    used = {c.template for c in contexts()} | {"console.html", "macros/console.html"}
    sources = " ".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.html"))
    for path in folder.rglob("*.html"):
        name = path.relative_to(folder).as_posix()
        assert name in used or f'"{name}"' in sources, name


def test_the_language_is_remembered_and_the_place_kept(client: TestClient) -> None:
    english = client.get("/decisions?verdict=approve&sort=limit&lang=en")
    assert '<html lang="en">' in english.text
    assert "/decisions?verdict=approve&amp;sort=limit&amp;lang=zh" in english.text
    assert '<html lang="en">' in client.get("/models").text
    assert '<html lang="zh-CN">' in client.get("/models?lang=zh").text
    assert set(LANGS) == {"zh", "en"}
