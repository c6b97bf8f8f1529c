"""What stands around every report: marks of simulated data and illustrative parameters, and the footer."""

from windchime.core.text import _
from windchime.documents.composing import Composer
from windchime.documents.inputs import Made
from windchime.present import formats, words


def marks(c: Composer, *, simulated: bool, illustrative: bool) -> tuple[str, ...]:
    """What must stand on every page."""
    found = [words.SIMULATED[c.lang]] if simulated else []
    return (*found, c.say(_("illustrative parameters, not regulation"))) if illustrative else tuple(found)


def footer(c: Composer, made: Made) -> tuple[str, ...]:
    """Generated at, by, version; as-of and lake version."""
    return (
        c.say(_("generated at {instant}"), instant=formats.instant(made.generated_at)),
        c.say(_("by {name}"), name=made.by),
        c.say(_("Windchime {release}"), release=made.release),
        c.say(_("bank {bank}"), bank=made.bank),
        c.say(_("as of {as_of}"), as_of=formats.day(made.as_of)),
        c.say(_("lake version {lake_version}"), lake_version=made.lake_version),
    )
