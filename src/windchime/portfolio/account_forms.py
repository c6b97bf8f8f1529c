"""Forms of changes of accounts: what shall stand once somebody has checked it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from windchime.core.text import Text
from windchime.service.access.permissions import ROLES
from windchime.service.proposals.forms import Form, Named, No, Words, Yes

FIELDS: Mapping[str, Text] = {
    "label": Text("姓名", "Name"),
    "branch": Text("机构", "Branch"),
    "roles": Text("角色", "Roles"),
    "given": Text(
        "批准时生成初始密码（只向复核人显示一次）", "Password drawn at the approval (told to the checker once)"
    ),
    "open": Text("账户有效", "Account open"),
    "second_factor": Text("第二因素", "Second factor"),
    "issuer": Text("身份提供方", "Provider of identities"),
    "subject": Text("提供方主体标识", "Subject at the provider"),
    "claimed": Text("首次登录时的声明值", "Value of the claim at the first sign-in"),
}


def _once(roles: list[str]) -> list[str]:
    if len(set(roles)) != len(roles):
        raise ValueError
    return roles


class Roles(Form):
    """The roles an account shall have, and its branch."""

    roles: Annotated[list[Named], Field(max_length=len(ROLES)), AfterValidator(_once)]
    branch: Words


class Made(Roles):
    """A new account; `given`: with a password that is drawn at the approval, otherwise they sign in elsewhere."""

    label: Named
    given: bool


class Closed(Form):
    """An account that shall end."""

    open: No


class Given(Form):
    """A password shall be drawn."""

    given: Yes


class Freed(Form):
    """A second factor that shall go."""

    second_factor: No


class Linked(Form):
    """Who an account shall be elsewhere."""

    issuer: Words
    subject: Words
    claimed: Words
