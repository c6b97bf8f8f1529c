"""Why an agreement cannot be made, or nothing crosses under it."""

from datetime import date
from pathlib import Path

from windchime.core.errors import BadCall, BadInput, Damaged, Refused
from windchime.core.text import _


class BadTerms(BadCall):
    """Terms that cannot be agreed on."""

    msgid = _("these terms cannot be agreed on: {reason}")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class NoAgreement(BadInput):
    """A file that holds no agreement."""

    msgid = _("{file} is no agreement")

    def __init__(self, file: Path) -> None:
        super().__init__(file=str(file))


class NotTheirSignature(Refused):
    """A signature that is not of the key the terms name."""

    msgid = _("the signature on agreement {agreement} is not of the bank the terms name")

    def __init__(self, agreement: str) -> None:
        super().__init__(agreement=agreement[:12])


class NotBothSigned(Refused):
    """One side has signed, the other has not, or not the same."""

    msgid = _("agreement {agreement} is not signed by both banks")

    def __init__(self, agreement: str) -> None:
        super().__init__(agreement=agreement[:12])


class AgreementChanged(Damaged):
    """Stored terms are not those that were signed."""

    msgid = _("agreement {agreement} was changed after it was signed")

    def __init__(self, agreement: str) -> None:
        super().__init__(agreement=agreement[:12])


class Revoked(Refused):
    """One side has revoked it."""

    msgid = _("agreement {agreement} was revoked")

    def __init__(self, agreement: str) -> None:
        super().__init__(agreement=agreement[:12])


class NotInTime(Refused):
    """It does not hold on the day."""

    msgid = _("agreement {agreement} does not hold on {day}")

    def __init__(self, agreement: str, day: date) -> None:
        super().__init__(agreement=agreement[:12], day=day)


class TellsTooMuch(Refused):
    """Aggregates would be made in a manner that hides less than this bank's own rule wants."""

    msgid = _("agreement {agreement} hides less of single firms than this bank's rule in force wants")
    hint = _("agree anew: windchime agreement propose takes the manner of answering from the rule (scheme access)")

    def __init__(self, agreement: str) -> None:
        super().__init__(agreement=agreement[:12])


class SaysNotHow(Refused):
    """Aggregates were agreed on before agreements said how these are made."""

    msgid = _("agreement {agreement} is of an earlier release and says not how aggregates are made")
    hint = TellsTooMuch.hint

    def __init__(self, agreement: str) -> None:
        super().__init__(agreement=agreement[:12])


class AnotherAnswer(Refused):
    """An answer of this period was given already, made in another manner."""

    msgid = _("an answer made in another manner was given; it is the only one until {until}")
    hint = _("two answers about one period could be subtracted from one another: wait for the next period")

    def __init__(self, until: date) -> None:
        super().__init__(until=until)


class NotAgreed(Refused):
    """It is about something else, or between others."""

    msgid = _("agreement {agreement} is not about {subject} from {giving} to {receiving}")

    def __init__(self, agreement: str, subject: str, giving: str, receiving: str) -> None:
        super().__init__(agreement=agreement[:12], subject=subject, giving=giving, receiving=receiving)
