"""What the pages of signing in and of accounts share: the bank's entrance, its provider, the fields of their forms."""

from typing import cast

from fastapi import Request

from windchime.service.access.provider import Provider
from windchime.service.http.signing_in import Entrance

#: characters of a field that are looked at
_LONGEST = 2000


def entrance(request: Request) -> Entrance:
    """Where people of the console's bank sign in."""
    return cast("Entrance", request.app.state.entrance)


def provider(request: Request) -> Provider | None:
    """Where they sign in elsewhere; None for nowhere."""
    return cast("Provider | None", request.app.state.provider)


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form, none longer than is looked at; of several boxes of one name all that are ticked, by blanks."""
    form = await request.form()
    return {k: " ".join(str(v) for v in form.getlist(k))[:_LONGEST] for k in form}
