"""What the vault refuses, and what it finds damaged; no message ever bears a value or a key."""

from pathlib import Path

from windchime.core.errors import BadCall, Refused
from windchime.core.text import _
from windchime.service.masters import KeyAmiss


class WrongVaultKey(KeyAmiss, Refused):
    """The vault was locked with a master secret that is not among those given."""

    msgid = _("the vault of bank {bank} is locked with master secret {key_id}, which {file} does not hold")
    hint = _("put that secret back; without it the values cannot be read and no new personal data can be taken in")

    def __init__(self, bank: str, key_id: str, file: Path) -> None:
        super().__init__(bank=bank, key_id=key_id, file=str(file))


class NotAToken(BadCall):
    """A text that is no token."""

    msgid = _("this is no token: a token is t_ and 32 letters and digits")


class NotInVault(BadCall):
    """A token for which the vault has never held a value."""

    msgid = _("the vault holds no value for {token}")

    def __init__(self, token: str) -> None:
        super().__init__(token=token)


class Erased(Refused):
    """A token whose value was erased: the key that could read it is destroyed."""

    msgid = _("the value of {token} was erased on {erased_on}; its key is destroyed and nobody can read it any more")

    def __init__(self, token: str, erased_on: str) -> None:
        super().__init__(token=token, erased_on=erased_on)


class NothingToErase(BadCall):
    """A subject of whom the vault holds nothing."""

    msgid = _("the vault holds nothing about {subject}")

    def __init__(self, subject: str) -> None:
        super().__init__(subject=subject[:80])


class NoPurpose(BadCall):
    """A look at personal data, or an erasure, without a reason."""

    msgid = _("personal data are read, searched and erased only for a stated reason")


class NoValue(BadCall):
    """A search without a value."""

    msgid = _("no value was given to look for")
    hint = _("type it when asked, or send it as one line of standard input")


class NothingToRotate(BadCall):
    """A rotation without a new master secret."""

    msgid = _("{file} begins with the secret that is in use")
    hint = _("put the new secret as the first line above the old one, then rotate again")

    def __init__(self, file: Path) -> None:
        super().__init__(file=str(file))
