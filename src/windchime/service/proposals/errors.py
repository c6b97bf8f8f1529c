"""Why a proposal cannot go on."""

from windchime.core.errors import BadCall, Damaged, Refused
from windchime.core.text import Text, _
from windchime.service.access.answering import Answer
from windchime.service.proposals.words import called


class OwnProposal(Refused):
    """Someone tried to check what they themselves proposed, or had proposed by a program."""

    msgid = _("{actor} took part in making this proposal and cannot check it")
    hint = _("four eyes: let a second person look at it")

    def __init__(self, actor: str) -> None:
        super().__init__(actor=actor)


class ProgramChecks(Refused):
    """A program tried to check."""

    msgid = _("{actor} is a program; a proposal is checked by a person")

    def __init__(self, actor: str) -> None:
        super().__init__(actor=actor)


class MayNot(Refused):
    """Somebody's roles do not suffice; the answer says why."""

    msgid = _("not allowed to {actor}: {why}")

    def __init__(self, actor: str, why: Answer) -> None:
        super().__init__(actor=actor, why=Text(why.sentence("zh"), why.sentence("en")))


class ProposalEnded(Refused):
    """A proposal that is not in the state a step wants."""

    msgid = _("proposal {proposal} cannot be changed in this way: {state}")

    def __init__(self, proposal: str, state: str) -> None:
        super().__init__(proposal=proposal, state=called(state))


class OtherThanSeen(Refused):
    """The checker approves something else than what stands: it was changed after they opened it."""

    msgid = _("proposal {proposal} is not what you have seen: it was changed meanwhile")
    hint = _("open it again and look at what stands now")

    def __init__(self, proposal: str) -> None:
        super().__init__(proposal=proposal)


class Overtaken(Refused):
    """What a proposal would change has changed since; it has ended."""

    msgid = _("proposal {proposal} has ended without effect: what it would change has changed since it was made")
    hint = _("propose it anew against what stands now")

    def __init__(self, proposal: str) -> None:
        super().__init__(proposal=proposal)


class Expired(Refused):
    """A proposal nobody checked in time; it has ended."""

    msgid = _("proposal {proposal} has ended without effect: its time was over")
    hint = _("propose it anew against what stands now")

    def __init__(self, proposal: str) -> None:
        super().__init__(proposal=proposal)


class ProposedAlready(Refused):
    """The same change waits for a check already."""

    msgid = _("the same change is proposed already: {proposal}")

    def __init__(self, proposal: str) -> None:
        super().__init__(proposal=proposal)


class NotTheMaker(Refused):
    """Somebody tried to change or withdraw another's proposal."""

    msgid = _("{actor} did not make this proposal and cannot change or withdraw it")

    def __init__(self, actor: str) -> None:
        super().__init__(actor=actor)


class NotDamaged(Refused):
    """Somebody tried to close a proposal that nothing is wrong with."""

    msgid = _("proposal {proposal} is whole and cannot be closed")
    hint = _("its maker can withdraw it, and whoever checks it can send it back")

    def __init__(self, proposal: str) -> None:
        super().__init__(proposal=proposal)


class NoReason(BadCall):
    """A step that must say why, and does not."""

    msgid = _("say why: the reason is empty")

    def __init__(self) -> None:
        super().__init__()


class NotPlain(BadCall):
    """A text for other people's eyes that holds what they would not see, or their terminal would obey."""

    msgid = _("label, reason or comment holds a control or format character that nobody would see")
    hint = _("type it anew, as plain text")

    def __init__(self) -> None:
        super().__init__()


class NoChange(BadCall):
    """A proposal of what stands already."""

    msgid = _("nothing would change: this is what stands already")

    def __init__(self) -> None:
        super().__init__()


class BadForm(BadCall):
    """What shall stand is not what the kind can read."""

    msgid = _("what shall stand is not of the form that {kind} wants")

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind)


class DamagedProposal(Damaged):
    """What is stored of a proposal is not what was written; each way is a class of its own."""

    hint = _("nobody can approve it; its maker or an administrator can close it")


class RevisionChanged(DamagedProposal):
    """A stored revision is not what its digest says."""

    msgid = _("revision {number} of proposal {proposal} was changed after it was written")

    def __init__(self, proposal: str, number: int) -> None:
        super().__init__(proposal=proposal, number=number)


class FormUnreadable(DamagedProposal):
    """A stored form that its kind cannot read."""

    msgid = _("proposal {proposal} cannot be shown: what is stored is not of the form that {kind} wants")

    def __init__(self, proposal: str, kind: str) -> None:
        super().__init__(proposal=proposal, kind=kind)


class StateUnknown(DamagedProposal):
    """A stored state that is none."""

    msgid = _("the stored state of proposal {proposal} is none that a proposal can have")

    def __init__(self, proposal: str) -> None:
        super().__init__(proposal=proposal)


class KindUnknown(DamagedProposal):
    """A stored kind that is none of this release."""

    msgid = _("proposal {proposal} is of a kind that this release does not know: {kind}")

    def __init__(self, proposal: str, kind: str) -> None:
        super().__init__(proposal=proposal, kind=kind[:80])


class TextsGone(DamagedProposal):
    """The texts that a checker compares cannot be read: a file is missing or was changed."""

    msgid = _("the texts of proposal {proposal} are missing or damaged")
    hint = _(
        "nobody can approve it; its maker can withdraw it, whoever checks it can send it back, an administrator can close it"
    )

    def __init__(self, proposal: str) -> None:
        super().__init__(proposal=proposal)
