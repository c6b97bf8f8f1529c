"""Why two mentions are one, or are not: the chain of links between them, and what speaks for and against the two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windchime.core.errors import BadCall
from windchime.core.text import Lang, Text, _, translate
from windchime.data.identity.comparing import COMPARISONS, Comparison, Level
from windchime.data.identity.judgements import NotMentioned
from windchime.data.identity.links import Mention, known, members
from windchime.data.reading import Reading

METHODS = {
    "judgement": _("judged by a person"),
    "code": _("the same valid code"),
    "name": _("the same name in every part"),
    "probabilistic": _("names and other signs taken together"),
    "alone": _("nothing links it to another"),
}
_TIES = {"phone": _("phone"), "address": _("address"), "firm": _("a firm both have a part in")}


class NothingToExplain(BadCall):
    """A mention and itself."""

    msgid = _("two different mentions are needed")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was compared, and what it says."""

    #: comparison and level, or the method where nothing was weighed
    code: str
    said: Text
    #: strength in bits: above 0 it speaks for one firm, below 0 against it; None where nothing was weighed
    bits: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"code": self.code, "said": self.said.as_dict(), "bits": self.bits}


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain."""

    left: Mention
    right: Mention
    method: str
    score: float | None
    #: strongest first
    reasons: tuple[Reason, ...]

    @property
    def against(self) -> tuple[Reason, ...]:
        """What speaks against the link."""
        return tuple(r for r in self.reasons if r.bits is not None and r.bits < 0)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "left": self.left.mention_id,
            "right": self.right.mention_id,
            "method": self.method,
            "score": self.score,
            "reasons": [r.as_dict() for r in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of two mentions."""

    left: Mention
    right: Mention
    #: from the left to the right; empty where they are not one
    steps: tuple[Step, ...]

    @property
    def same(self) -> bool:
        """Whether they are one entity."""
        return self.left.entity_id == self.right.entity_id

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "left": mention_dict(self.left),
            "right": mention_dict(self.right),
            "same": self.same,
            "steps": [s.as_dict() for s in self.steps],
        }


def explain(reading: Reading, left: str, right: str) -> Explanation:
    """The chain of links between two mentions, each with what it rests on.

    Args:
        reading: of the library with its links.
        left: a mention's id.
        right: another's.

    Raises:
        NotMentioned: no resolution has met one of them.
        NothingToExplain: they are one mention.
    """
    if left == right:
        raise NothingToExplain
    a, b = (known(reading, m) for m in (left, right))
    for mention_id, found in ((left, a), (right, b)):
        if found is None:
            raise NotMentioned(mention_id)
    assert a is not None
    assert b is not None
    if a.entity_id != b.entity_id:
        return Explanation(a, b, ())
    return Explanation(a, b, tuple(_chain(a, b, {m.mention_id: m for m in members(reading, a.entity_id)})))


def step_of(mention: Mention, held: Mapping[str, Mention]) -> Step | None:
    """The link by which a mention hangs on its entity; None for the first of it."""
    if mention.to not in held:
        return None
    return Step(held[mention.to], mention, mention.method, mention.score, reasons(mention.method, mention.evidence))


def reasons(method: str, evidence: Mapping[str, Any]) -> tuple[Reason, ...]:
    """What a link or a candidate pair rests on, strongest first."""
    if "compared" in evidence:
        found = (
            Reason(f"{name}.{level}", _both(_level(name, level).said), float(bits))
            for name, (level, bits) in evidence["compared"].items()
        )
        return tuple(sorted(found, key=lambda r: (-abs(r.bits or 0.0), r.code)))
    if "code" in evidence:
        return (Reason("code", _both(_("both have the code {code}"), code=evidence["code"])),)
    if "judgement" in evidence:
        return (Reason("judgement", _both(_("judgement {judgement_id}"), judgement_id=evidence["judgement"])),)
    if "ties" in evidence:
        zh, en = (", ".join(translate(_TIES[t], lang) for t in evidence["ties"]) for lang in _ORDER)
        said = _both(_("the same name and the same {ties}"), ties=Text(zh, en))
        return (Reason("ties", said),)
    if "same" in evidence:
        return (Reason("id_number", _both(_("the same id number"))),)
    return (Reason(method, _both(METHODS[method])),)


def mention_dict(mention: Mention) -> dict[str, Any]:
    """A mention for JSON."""
    return {
        "mention_id": mention.mention_id,
        "kind": mention.kind,
        "entity_id": mention.entity_id,
        "method": mention.method,
        "score": mention.score,
        "run_id": mention.run_id,
        "names": list(mention.names),
        "codes": list(mention.codes),
    }


_ORDER: tuple[Lang, Lang] = ("zh", "en")


def _both(msgid: str, **params: str | Text) -> Text:
    zh, en = (translate(msgid, lang, **params) for lang in _ORDER)
    return Text(zh, en)


def _comparison(name: str) -> Comparison:
    return next(c for c in COMPARISONS if c.name == name)


def _level(name: str, level: str) -> Level:
    return next(found for found in _comparison(name).levels if found.name == level)


def _chain(a: Mention, b: Mention, held: Mapping[str, Mention]) -> Sequence[Step]:
    """Up from one mention to where the ways to the first of the entity meet, and down to the other."""
    ups, downs = _way(a, held), _way(b, held)
    while len(ups) > 1 and len(downs) > 1 and ups[-2].mention_id == downs[-2].mention_id:
        ups.pop()
        downs.pop()
    steps = []
    for mention in ups[:-1]:
        step = step_of(mention, held)
        assert step is not None
        steps.append(Step(step.right, step.left, step.method, step.score, step.reasons))
    for mention in reversed(downs[:-1]):
        step = step_of(mention, held)
        assert step is not None
        steps.append(step)
    return steps


def _way(mention: Mention, held: Mapping[str, Mention]) -> list[Mention]:
    way = [mention]
    while way[-1].to:
        way.append(held[way[-1].to])
    return way
