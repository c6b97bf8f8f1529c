"""The frame of a request: bank, language, what data are shown; and how a template becomes an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from windchime import __version__
from windchime.core.text import LANGS, Lang, Text
from windchime.data.lake import versions
from windchime.data.packs import Pack, packs
from windchime.present.web import Crumb, Page, environment
from windchime.service.bank import Bank

LANG_COOKIE = "windchime_lang"
NAVIGATION = (
    Crumb(Text("组合", "Portfolio"), "/"),
    Crumb(Text("决策", "Decisions"), "/decisions"),
    Crumb(Text("隔离区", "Quarantine"), "/quarantine"),
    Crumb(Text("数据质量", "Data quality"), "/quality"),
    Crumb(Text("模型", "Models"), "/models"),
    Crumb(Text("制度与内容", "Content"), "/content"),
    Crumb(Text("审计", "Audit"), "/audit"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a page is given besides its own figures."""

    request: Request
    bank: Bank
    lang: Lang

    @classmethod
    def of(cls, request: Request) -> "Frame":
        """From the request: the language asked for, the one remembered, or the bank's first."""
        asked = request.query_params.get("lang") or request.cookies.get(LANG_COOKIE) or request.app.state.lang
        lang = cast("Lang", asked if asked in LANGS else request.app.state.lang)
        return cls(request, request.app.state.bank, lang)

    def render(
        self, template: str, session: Session, title: Text | str, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """Render one page; the frame's own facts (lake version, as-of, simulated) are looked up here."""
        loaded = packs(session)
        head = versions.head(session)
        newest: Pack | None = loaded[0] if loaded else None
        page = Page(
            title=title,
            lang=self.lang,
            path=self.request.url.path,
            query={k: v for k, v in self.request.query_params.items() if k != "lang"},
            navigation=NAVIGATION,
            bank=self.bank.name,
            search="/",
            as_of=newest.as_of if newest else None,
            lake_version=head.lake_version if head else None,
            simulated=any(p.simulated for p in loaded),
            generated_at=self.bank.clock.now(),
            release=__version__,
            csrf=self.request.state.csrf,
        )
        return self.answer(template, {"page": page, **context}, status)

    def answer(self, template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """A template (a page, or a part of one that htmx swaps in) as an answer; the language is remembered."""
        html = environment(self.lang, "windchime.console").get_template(template).render(**context)
        response = HTMLResponse(html, status_code=status)
        if self.request.query_params.get("lang") == self.lang:
            response.set_cookie(LANG_COOKIE, self.lang, max_age=31_536_000, httponly=True, samesite="lax", path="/")
        return response
