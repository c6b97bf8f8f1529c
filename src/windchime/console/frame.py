"""The frame of a request: bank, language, what data are shown; and how a page's context becomes an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, cast

from fastapi import FastAPI, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from windchime import __version__
from windchime.console import addresses, once
from windchime.console.static_files import own
from windchime.core.settings import Engine
from windchime.core.text import LANGS, Lang, Text
from windchime.core.unit import Actor
from windchime.data.lake import versions
from windchime.data.packs import Pack, packs
from windchime.data.quality import QualityReport
from windchime.portfolio.access import purposes
from windchime.portfolio.four_eyes import KINDS
from windchime.portfolio.shown.background import Background
from windchime.portfolio.shown.library import Library
from windchime.portfolio.shown.networks import Networks
from windchime.present.exports import Provenance
from windchime.present.web import Crumb, Page, environment
from windchime.service.access.answering import Subject, reach_of
from windchime.service.access.purposes import Purpose
from windchime.service.bank import Bank
from windchime.service.http.enforcing import PURPOSE_COOKIE, asked_purpose
from windchime.service.http.reach import Visible, readable, visible
from windchime.service.http.rules import Door, Rule, routes
from windchime.service.http.visitors import Visitor
from windchime.service.proposals.reading import waiting

#: a stranger, who can change nothing
NOBODY = Actor("-", "system")
LANG_COOKIE = "windchime_lang"
INBOX = "/inbox"
#: of this page nothing is told where an installation has one bank
AGREEMENTS = "/agreements"
NAVIGATION = (
    Crumb(Text("组合", "Portfolio"), "/"),
    Crumb(Text("待办", "Inbox"), INBOX),
    Crumb(Text("企业", "Firms"), "/firms"),
    Crumb(Text("发票", "Invoices"), "/invoices"),
    Crumb(Text("关系图谱", "Graph"), "/graph"),
    Crumb(Text("决策", "Decisions"), "/decisions"),
    Crumb(Text("一库", "Library"), "/library"),
    Crumb(Text("主体识别", "Who is who"), "/identity"),
    Crumb(Text("隔离区", "Quarantine"), "/quarantine"),
    Crumb(Text("数据质量", "Data quality"), "/quality"),
    Crumb(Text("模型", "Models"), "/models"),
    Crumb(Text("规则", "Rules"), "/rules"),
    Crumb(Text("内容", "Content"), "/content"),
    Crumb(Text("客户", "Customers"), "/customers"),
    Crumb(Text("授权", "Consents"), "/consents"),
    Crumb(Text("查阅", "Reads"), "/reads"),
    Crumb(Text("审计", "Audit"), "/audit"),
    Crumb(Text("任务", "Jobs"), "/jobs"),
    Crumb(Text("事件", "Events"), "/outbox"),
    Crumb(Text("跨行协议", "Agreements"), AGREEMENTS),
    Crumb(Text("账户", "Accounts"), "/accounts"),
)


@dataclass(frozen=True, slots=True)
class Context:
    """What one page shows, field by field; the template is given these names and nothing else but `page`."""

    #: the template that arranges it
    template: ClassVar[str]


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
        return cls(request, once.bank_of(request), lang)

    @property
    def actor(self) -> Actor:
        """Who acts when a form is sent."""
        return self.visitor.actor if self.visitor else NOBODY

    @property
    def visitor(self) -> Visitor | None:
        """Who asks; None for a stranger at an open door."""
        return cast("Visitor | None", getattr(self.request.state, "visitor", None))

    @property
    def subject(self) -> Subject | None:
        """Whose rights decide; None for a stranger, and for the local visitor of a bank without accounts."""
        return self.visitor.subject if self.visitor else None

    @property
    def scopes(self) -> frozenset[str] | None:
        """What the token they came with may do; None for a person's session."""
        return self.subject.scopes if self.subject else None

    @property
    def purpose(self) -> Purpose | None:
        """What a firm's data are read for by this request; None where it reads none, or no account asks."""
        return cast("Purpose | None", getattr(self.request.state, "purpose", None))

    def may(self, permission: str) -> bool:
        """Whether the visitor has a permission over anything at all."""
        if self.visitor is None:
            return False
        return self.subject is None or reach_of(self.subject, permission) is not None

    def visible(self, session: Session, permission: str) -> Visible:
        """The firms over which the visitor has a permission: what lists of the bank's own records show."""
        return visible(session, self.subject, permission)

    def readable(self, session: Session, permission: str) -> Visible:
        """Of these the firms that have agreed to what the visitor reads for: what lists of firms' own data show."""
        asked = asked_purpose(self.request, permission)
        return readable(session, self.subject, permission, purposes(self.bank, session), asked, self.bank.clock.now())

    def purposes(self, session: Session, permission: str) -> tuple[Purpose, ...]:
        """For what the visitor may use a permission; empty for the local visitor, who names none."""
        return purposes(self.bank, session).open_to(self.subject, permission) if self.subject else ()

    @property
    def navigation(self) -> tuple[Crumb, ...]:
        """The entries that lead where the visitor may go, as the rules of the routes say."""
        alone = not self.request.app.state.several
        return tuple(c for c in NAVIGATION if self.opens(c.href) and not (alone and c.href == AGREEMENTS))

    def opens(self, path: str) -> bool:
        """Whether a page that is about no single record is the visitor's to see."""
        rule = _rules(self.request.app).get(path)
        if rule is None or self.visitor is None:
            return False
        return rule.door is not Door.PERMITTED or self.may(rule.permission)

    def _counted(self, session: Session, crumb: Crumb) -> Crumb:
        """The inbox with how much there is in it."""
        if crumb.href != INBOX:
            return crumb
        count = waiting(self.bank, session, KINDS, self.actor, scopes=self.scopes)
        return replace(crumb, count=count)

    @property
    def library(self) -> Library:
        """The bank's open readings."""
        return cast("Library", self.request.app.state.library)

    @property
    def checks(self) -> Background[QualityReport]:
        """Data quality reports, made in the background."""
        return cast("Background[QualityReport]", self.request.app.state.checks)

    @property
    def networks(self) -> Networks:
        """The graph in memory."""
        return cast("Networks", self.request.app.state.networks)

    @property
    def engine(self) -> Engine:
        """What the checks of the data run on."""
        return cast("Engine", self.request.app.state.engine)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address, language left out."""
        return {k: v for k, v in self.request.query_params.items() if k != "lang"}

    def page(self, session: Session, title: Text | str) -> Page:
        """The frame's own facts: lake version, as-of, whether anything is simulated."""
        loaded = packs(session)
        head = versions.head(session)
        newest: Pack | None = loaded[0] if loaded else None
        navigation = tuple(self._counted(session, c) for c in self.navigation)
        if self.visitor is None:
            # strangers are told nothing of the bank's data, nor which release they would have to deal with
            newest = head = None
        return Page(
            title=title,
            lang=self.lang,
            path=self.request.url.path,
            query=self.query,
            navigation=navigation,
            home=navigation[0].href if navigation else "/",
            bank=self.bank.name,
            search="/firms" if self.may("firm.read") else "",
            as_of=newest.as_of if newest else None,
            lake_version=head.lake_version if head else None,
            simulated=any(p.simulated for p in loaded),
            generated_at=self.bank.clock.now(),
            release=__version__ if self.visitor else "",
            csrf=self.request.state.csrf,
            account=self.subject.account if self.subject else "",
            sent_before=once.sent_before(self.request),
        )

    def render(self, session: Session, title: Text | str, context: Context, status: int = 200) -> HTMLResponse:
        """A page as an answer."""
        shown = {f.name: getattr(context, f.name) for f in fields(context)}
        return self.answer(
            context.template, {"page": self.page(session, title), "own": own, "to": addresses, **shown}, status
        )

    def answer(self, template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """A template as an answer; the language asked for is remembered, and so is the purpose."""
        html = environment(self.lang, "windchime.console").get_template(template).render(**context)
        response = HTMLResponse(html, status_code=status)
        if self.request.query_params.get("lang") == self.lang:
            response.set_cookie(LANG_COOKIE, self.lang, max_age=31_536_000, httponly=True, samesite="lax", path="/")
        chosen = self.request.query_params.get("purpose") if self.request.method == "GET" and status < 400 else None
        if self.purpose is not None and chosen == self.purpose.name:
            secure = self.request.url.scheme == "https"
            response.set_cookie(
                PURPOSE_COOKIE, self.purpose.name, httponly=True, samesite="lax", secure=secure, path="/"
            )
        return response

    def provenance(self, session: Session) -> Provenance:
        """What an export made now says of itself."""
        page = self.page(session, "")
        return Provenance(
            generated_at=self.bank.clock.now(),
            by=self.actor.name,
            release=__version__,
            as_of=page.as_of,
            lake_version=page.lake_version,
            simulated=page.simulated,
        )


def _rules(app: FastAPI) -> Mapping[str, Rule]:
    """By path the rule of every page; the routes of an application are found once."""
    known = getattr(app.state, "rules", None)
    if known is None:
        known = app.state.rules = {path: rule for method, path, rule in routes(app.routes) if method == "GET"}
    return cast("Mapping[str, Rule]", known)
