"""`/api/v1/me/tokens`: tokens for programs of one's own: listed, made, ended."""

from typing import Annotated

from fastapi import Path
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.api.asking import Ask, Asked, Made
from windchime.api.described import PREFIX, told
from windchime.api.opening import resource
from windchime.api.places import EXAMPLE_ID
from windchime.api.shapes import Instant, Moment, Shape
from windchime.core.canonical import digest
from windchime.core.errors import Refused
from windchime.core.text import Text, _
from windchime.core.unit import Unit
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import accounts, proving, second_factor, sessions
from windchime.service.access.tables import ApiToken
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import signed_in
from windchime.service.http.signing_in import Entrance

router = resource("me")
TokenId = Annotated[str, Path(max_length=36, description="id of the token", examples=[EXAMPLE_ID])]


class NotByToken(Refused):
    """A program asked for what its owner does themselves."""

    msgid = _("a token neither makes nor ends tokens")
    hint = _("sign in, and do it yourself")

    def __init__(self) -> None:
        super().__init__()


class Token(Shape):
    """A token, without its secret."""

    id: str = Field(description="id of the token", examples=[EXAMPLE_ID])
    label: str = Field(description="what it is for", examples=["nightly export"])
    scopes: tuple[str, ...] = Field(description="permissions it is held to", examples=[["decision.read"]])
    made_at: Instant = Field(description="when it was made", examples=["2026-01-05T04:00:00Z"])
    expires_at: Instant = Field(description="when it ends by itself", examples=["2026-04-05T04:00:00Z"])
    revoked_at: Instant | None = Field(description="when it was ended; null where it was not", examples=[None])

    @classmethod
    def of(cls, row: ApiToken) -> "Token":
        """From its row."""
        names = ("id", "label", "made_at", "expires_at", "revoked_at")
        return cls(**{name: getattr(row, name) for name in names}, scopes=tuple(row.scopes.split()))


class Tokens(Shape):
    """One's own tokens."""

    items: tuple[Token, ...] = Field(description="newest first")


class FreshToken(Token):
    """A token that was just made."""

    secret: str | None = Field(
        description="told once; null where this answer is a kept one: end the token and make another",
        examples=[None],
    )


class TokenWanted(Shape):
    """A token that is asked for."""

    label: str = Field(min_length=1, max_length=100, description="what it is for", examples=["nightly export"])
    scopes: tuple[str, ...] = Field(
        min_length=1, max_length=100, description="permissions it is held to", examples=[["decision.read"]]
    )
    expires_at: Moment = Field(
        description="when it ends by itself, at most a year away", examples=["2026-04-05T04:00:00Z"]
    )
    password: str = Field(
        default="",
        max_length=1000,
        repr=False,
        description="of the account; empty where it signs in at the bank's provider alone",
        examples=["ten old bridges over a slow river"],
        json_schema_extra={"format": "password", "writeOnly": True},
    )
    code: str = Field(
        default="",
        max_length=64,
        repr=False,
        description="of the second factor, or a recovery code; empty where the account has none",
        examples=["123456"],
        json_schema_extra={"writeOnly": True},
    )


@router.get("/me/tokens", **told(Text("我的令牌", "My tokens"), Tokens))
@signed_in
def tokens(asked: Ask) -> Response:
    """Your tokens, newest first, without their secrets."""
    with asked.session() as session:
        query = select(ApiToken).where(ApiToken.account == asked.actor.name).order_by(ApiToken.id.desc())
        return asked.answer(Tokens(items=tuple(Token.of(row) for row in session.scalars(query))))


@router.post("/me/tokens", **told(Text("制作令牌", "Make a token"), FreshToken, status=201))
@signed_in
def make(asked: Ask, wanted: TokenWanted) -> Response:
    """Make a token; its secret is in this answer and nowhere else. By a session only, and who shows password and code."""
    _themselves(asked)
    bank, name = asked.bank, asked.actor.name
    entrance: Entrance = asked.request.app.state.entrance
    entrance.limit(asked.request, name)
    device = entrance.device(asked.request, name)
    with asked.session() as session:
        checked = proving.check(session, name, wanted.password)
    # kept with the key, as a quick hash: what opens the account must not be in it
    asked.request.state.body_digest = digest(wanted.model_dump(mode="json", exclude={"password", "code"}))

    def change(unit: Unit) -> Made:
        _shown(asked, unit, checked, wanted.code, device)
        token_id, secret = sessions.make_token(unit, wanted.label, frozenset(wanted.scopes), wanted.expires_at)
        shown = Token.of(_own(asked, unit.session, token_id)).model_dump()
        fresh, kept = FreshToken(**shown, secret=secret), FreshToken(**shown, secret=None)
        return Made(fresh, 201, f"{PREFIX}/me/tokens/{token_id}", kept=kept)

    try:
        return asked.once(change)
    except (proving.SignInRefused, second_factor.WrongCode):
        with bank.unit(asked.actor) as unit:
            proving.fail(unit, accounts.find(unit.session, name), sign_in_policy(bank, unit.session), device)
        raise


@router.get("/me/tokens/{token_id}", **told(Text("我的一个令牌", "One of my tokens"), Token))
@signed_in
def token(asked: Ask, token_id: TokenId) -> Response:
    """One of your tokens, without its secret."""
    with asked.session() as session:
        return asked.answer(Token.of(_own(asked, session, token_id)))


@router.delete("/me/tokens/{token_id}", **told(Text("终止令牌", "End a token"), Token))
@signed_in
def revoke(asked: Ask, token_id: TokenId) -> Response:
    """End one of your tokens at once. By a session only."""
    _themselves(asked)

    def change(unit: Unit) -> Made:
        row = _own(asked, unit.session, token_id)
        asked.unchanged(Token.of(row))
        sessions.revoke(unit, token_id)
        unit.session.flush()
        return Made(Token.of(row))

    return asked.once(change)


def _themselves(asked: Asked) -> None:
    if asked.visitor.by == "token":
        raise NotByToken


def _shown(asked: Asked, unit: Unit, checked: proving.Checked, code: str, device: bytes | None) -> None:
    """See that whoever asks has shown what the account has: a password, a second factor.

    Raises:
        SignInRefused, WrongCode: they have not, or no attempt is looked at just now.
    """
    account = accounts.find(unit.session, asked.actor.name)
    same = account.password_hash == checked.known
    waits = proving.waits(unit.session, account, device, unit.now)
    if waits or not same or (checked.known is not None and not checked.right):
        raise proving.SignInRefused
    held = proving.confirmed(unit.session, account.name)
    if held and not second_factor.accept(asked.bank, unit, account.name, code):
        raise second_factor.WrongCode


def _own(asked: Asked, session: Session, token_id: str) -> ApiToken:
    row = session.get(ApiToken, token_id)
    if row is None or row.account != asked.actor.name:
        raise NoSuchRecord
    return row
