"""Pages that fail when they are wrong: links, commands, and what is generated from code."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from windchime.cli.reference import commands

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
#: blocks of code between fences, and code within a line
FENCED, INLINE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL), re.compile(r"`([^`\n]+)`")
#: what stands after the words of a call that are ours to check
END = re.compile(r"\s+(?:#|\||>|&&|;).*$")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def links(page: Path) -> Iterator[str]:
    """Addresses within the project that a page points to, without anchors."""
    for address in LINK.findall(FENCED.sub("", page.read_text(encoding="utf8"))):
        if not re.match(r"[a-z]+:", address) and not address.startswith("#"):
            yield address.partition("#")[0]


def calls(page: Path) -> Iterator[str]:
    """Every `windchime …` call of a page: lines of its blocks of commands, and code within its sentences."""
    text = page.read_text(encoding="utf8")
    for language, block in FENCED.findall(text):
        if language in {"sh", "bash", "console", ""}:
            lines = block.replace("\\\n", " ").splitlines()
            yield from (line.removeprefix("$ ").strip() for line in lines if re.match(r"(\$ )?windchime ", line))
    yield from (code for code in INLINE.findall(FENCED.sub("", text)) if code.startswith("windchime "))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [a for a in links(page) if not (page.parent / a).exists()] == []


def test_every_page_is_reached_from_the_first() -> None:
    reached, waiting = set[Path](), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        ahead = {(page.parent / a).resolve() for a in links(page) if a.endswith(".md")}
        waiting += [p for p in ahead - reached if p.is_relative_to(DOCS) and p.exists()]
    assert [name_of(p) for p in sorted(set(DOCS.rglob("*.md")) - reached)] == []


def fault(call: str) -> str:
    """What is wrong with a call: a command or an option that does not exist; empty where nothing is."""
    tree = commands()
    words = shlex.split(END.sub("", call).replace("…", ""))[1:]
    known = {o for p in tree[""].params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
    while words and words[0].startswith("-"):
        option = words.pop(0).partition("=")
        if option[0] not in known:
            return f"no option {option[0]}"
        if option[0] in {"--home", "--bank", "--lang"} and not option[1]:
            words.pop(0)
    name = ""
    while words and f"{name} {words[0]}".strip() in tree:
        name = f"{name} {words.pop(0)}".strip()
    if words and (not name or getattr(tree[name], "commands", None)) and not words[0].startswith("-"):
        return f"no command {name} {words[0]}"
    known = {o for p in tree[name].params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
    unknown = [w for w in words if re.match(r"--?[a-z]", w) and w.partition("=")[0] not in known]
    return f"no option {unknown[0]} of {name}" if unknown else ""


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_exists(page: Path) -> None:
    assert {call: wrong for call in calls(page) if (wrong := fault(call))} == {}


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ("windchime decide --all --json | head  # every firm", ""),
        ("windchime --lang en twin generate --firms 1000", ""),
        ("windchime load --pack cumcm2020c FOLDER", ""),
        ("windchime content …", ""),
        ("windchime decided", "no command  decided"),
        ("windchime twin make", "no command twin make"),
        ("windchime decide --every", "no option --every of decide"),
    ],
)
def test_a_wrong_command_is_seen(call: str, wrong: str) -> None:
    assert fault(call) == wrong


def test_generated_pages_are_as_the_code_says() -> None:
    program = "import json, runpy; print(json.dumps(runpy.run_path('scripts/reference.py')['pages']()))"
    environ = os.environ | {"PYTHONIOENCODING": "utf8"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, check=True)
    import json

    pages = json.loads(done.stdout)
    assert {n for n, text in pages.items() if (DOCS / "reference" / n).read_text(encoding="utf8") != text} == set()
    assert {"command-line.md", "indicators.md", "contracts.md"} < set(pages)
    generated = {p.name for p in (DOCS / "reference" / "contracts").glob("*.md")}
    assert {n.removeprefix("contracts/") for n in pages if n.startswith("contracts/")} == generated
