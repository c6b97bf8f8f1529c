"""Help texts in the language of the environment: they are fixed when the command tree is built."""

from windchime.core.settings import BadSetting, Settings
from windchime.core.text import translate


def say(msgid: str) -> str:
    """The help text in the reader's language; Chinese where the setting cannot be used (the command will say so)."""
    try:
        return translate(msgid, Settings.from_environment().lang)
    except BadSetting:
        return translate(msgid, "zh")
