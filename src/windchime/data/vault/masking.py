"""How personal values are shown: masked by what they are. The whole value is had by an audited look alone."""

import re
import unicodedata

from windchime.core import resident_id
from windchime.data.contracts.column import PersonalDataClass
from windchime.data.vault.tokens import TOKEN, is_token

#: characters of a token that are shown
SHOWN = 6
STARS = "****"


def masked(kind: PersonalDataClass, value: str) -> str:
    """A value as those see it who may see that it is there.

    Numbers of documents keep the first six and the last four, phones the first three and the last four, accounts the
    last four, e-mail addresses the first letter and the domain, names and addresses the first character, sensitive
    values nothing. What is too short for that becomes stars.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    digits = re.sub(r"\D", "", text)
    match kind:
        case "identity" if text.isascii() and len(digits) >= 6:
            return resident_id.mask(text)
        case "contact" if "@" in text:
            name, _at, domain = text.partition("@")
            return f"{name[:1]}{STARS}@{domain}"
        case "contact" if re.fullmatch(r"[+\d()\-. ]+", text):
            return f"{digits[:3]}{STARS}{digits[-4:]}" if len(digits) >= 9 else STARS
        case "account":
            return f"{STARS}{digits[-4:]}" if len(digits) >= 8 else STARS
        case "sensitive":
            return STARS
        case _:
            return f"{text[0]}{'*' * (len(text) - 1)}" if len(text) > 1 else STARS


def shown(text: str) -> str:
    """A text of the lake as pages show it: each token in it as stars and its first characters, enough to tell two apart."""
    if is_token(text):
        return f"{STARS}{text[2 : 2 + SHOWN]}"
    return re.sub(rf"⟨({TOKEN.pattern})⟩", lambda found: f"⟨{shown(found[1])}⟩", text)
