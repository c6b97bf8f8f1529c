"""The template environment: escaping on, one filter per kind of value, one environment a language.

Filters are bound to the environment's language, so macros need no context to know it.
"""

import secrets
from functools import cache, partial
from typing import Any

import jinja2
from markupsafe import Markup

from windchime.core.text import Lang, Text, plainly, translate
from windchime.present import formats, words
from windchime.present.web.assets import asset

#: field of a form with the key under which it acts once
KEY_FIELD = "once"


def _said(lang: Lang, value: Any) -> Any:
    """What an expression in a template shows: a label in the page's language, text without hidden commands."""
    shown = value[lang] if isinstance(value, Text) else value
    return plainly(shown) if isinstance(shown, str) and not isinstance(shown, Markup) else shown


@cache
def environment(lang: Lang, *packages: str) -> jinja2.Environment:
    """The environment for pages in one language.

    Args:
        lang: language of the pages.
        packages: Python packages with a `templates` folder, searched before the shared one
            (`windchime.console`); shared templates are `base.html` and `macros/*.html`.
    """
    env = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(p) for p in (*packages, "windchime.present.web")]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=partial(_said, lang),
    )
    env.globals |= {
        "lang": lang,
        "_": partial(_translated, lang),
        "asset": asset,
        "key_field": KEY_FIELD,
        "fresh_key": lambda: secrets.token_urlsafe(18),
        "severity": words.severity,
        "verdict": words.verdict,
        "status": words.status,
        "simulated_label": words.SIMULATED,
        "MISSING": formats.MISSING,
    }
    env.filters |= {
        "money": partial(_bound, formats.money, lang),
        "short_money": partial(_bound, formats.short_money, lang),
        "measured": lambda value, unit, digits: formats.measured(value, unit, digits, lang),
        "percent": formats.percent,
        "bp": formats.basis_points,
        "count": formats.count,
        "number": formats.number,
        "date": formats.day,
        "month": formats.month,
        "instant": formats.instant,
        "lasting": lambda value: formats.lasting(value, lang),
        "label": lambda value: _said(lang, value),
        "hash": lambda value: str(value)[:12],
    }
    return env


def _translated(lang: Lang, msgid: str, /, **params: Any) -> str:
    return translate(msgid, lang, **params)


def _bound(write: Any, lang: Lang, value: Any) -> str:
    return str(write(value, lang))
