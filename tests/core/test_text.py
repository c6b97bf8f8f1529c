"""Texts in two languages; every message of the code has its Chinese translation."""

import ast
from pathlib import Path

import pytest

import windchime
from windchime.core.errors import UnknownName
from windchime.core.problems import Problem
from windchime.core.text import Text, catalogue, is_plain, places, plainly, translate
from windchime.present.web.environment import environment

SOURCE = Path(windchime.__file__).parent


def marked_messages() -> dict[str, str]:
    """Every message marked with `_("…")` in code or templates, with the file it stands in."""
    found: dict[str, str] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            match node:
                case ast.Call(func=ast.Name(id="_"), args=[ast.Constant(value=str(message))]):
                    found[message] = path.relative_to(SOURCE).as_posix()
    return found


def template_messages() -> dict[str, str]:
    """Every message of the page templates, read by Jinja's own extractor."""
    from jinja2 import Environment
    from jinja2.ext import extract_from_ast

    env = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found: dict[str, str] = {}
    for path in [*SOURCE.rglob("*.html"), *SOURCE.rglob("*.jinja")]:
        if "vendor" in path.parts:
            continue
        for _line, _function, message in extract_from_ast(env.parse(path.read_text(encoding="utf8"))):
            for text in message if isinstance(message, tuple) else (message,):
                if text:
                    found[text] = path.relative_to(SOURCE).as_posix()
    return found


def test_every_message_is_translated() -> None:
    translated = catalogue()
    missing = {m: where for m, where in (marked_messages() | template_messages()).items() if m not in translated}
    assert missing == {}


def translations() -> dict[str, dict[str, str]]:
    """Each message with its translation in each catalogue that has it."""
    from babel.messages.pofile import read_po

    found: dict[str, dict[str, str]] = {}
    for path in sorted((SOURCE / "locale" / "zh_CN").glob("*.po")):
        with path.open("rb") as stream:
            for entry in read_po(stream, locale="zh_CN", abort_invalid=True):
                if entry.id:
                    found.setdefault(str(entry.id), {})[path.name] = str(entry.string)
    return found


def test_one_message_has_one_translation() -> None:
    """All catalogues are read into one: a second wording would be shown in another package's place."""
    assert {m: where for m, where in translations().items() if len(set(where.values())) > 1} == {}


def test_no_translation_outlives_its_message() -> None:
    used = marked_messages() | template_messages()
    assert {m: list(where) for m, where in translations().items() if m not in used} == {}


def test_translations_keep_their_places() -> None:
    """A `{name}` of the message stands in its translation too, and no other does."""
    import string

    def places(text: str) -> set[str]:
        return {field for _literal, field, _spec, _conv in string.Formatter().parse(text) if field}

    used = marked_messages()
    assert {m: t for m, t in catalogue().items() if m in used and places(m) != places(t)} == {}


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "unknown table 'loan'; known: loans"), ("zh", "未知的表“loan”；已知：loans")]
)
def test_an_error_speaks_both_languages(lang: str, said: str) -> None:
    assert UnknownName("table", "loan", ["loans", "firms"]).message(lang) == said  # type: ignore[arg-type]


def test_a_problem_says_where_what_and_what_is_accepted() -> None:
    fault = Problem(
        "not_a_date",
        "{value!r} is not a date",
        file="loans.csv",
        row=418,
        column="maturity_date",
        value="2023-02-30",
        expected="YYYY-MM-DD",
    )
    assert fault.sentence("en") == (
        "loans.csv row 418, column maturity_date: '2023-02-30' is not a date; expected YYYY-MM-DD"
    )
    assert fault.as_dict()["sentence"]["zh"].startswith("loans.csv 第 418 行，列 maturity_date：")


def test_labels_inside_parameters_follow_the_language() -> None:
    assert translate("{what}!", "zh", what=Text("风铃", "windchime")) == "风铃!"


@pytest.mark.parametrize(("template", "names"), [("", ()), ("a {b} {{c}} {d_1}{b}", ("b", "d_1", "b"))])
def test_places_of_a_message(template: str, names: tuple[str, ...]) -> None:
    assert places(template) == names


@pytest.mark.parametrize("template", ["{a.b}", "{a[0]}", "{a!r}", "{a:x}", "{}", "{0}", "{", "}", "{a b}"])
def test_anything_else_in_braces_is_refused(template: str) -> None:
    with pytest.raises(ValueError):
        places(template)


def test_controls_and_marks_that_turn_letters_are_shown() -> None:
    hostile = "a\x1b[2K\u202eb\n\u4e2d\tc\u200b\r\nd"
    assert plainly(hostile) == "a\\x1b[2K\\u202eb\n\u4e2d\tc\\u200b\nd"
    assert (is_plain(hostile), is_plain("\u4e2d\r\n\ta")) == (False, True)
    page = environment("en").from_string("<p>{{ said }}</p>").render(said="<\x1b\u202e")
    assert page == "<p>&lt;\\x1b\\u202e</p>"
