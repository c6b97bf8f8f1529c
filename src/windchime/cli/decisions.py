"""Decisions in the two manners of the command line: as JSON for programs, as sentences for people."""

from typing import TYPE_CHECKING, Any

from windchime.cli.shell import Shell
from windchime.content.store import ContentStore
from windchime.core.text import LANGS, Lang

if TYPE_CHECKING:
    from windchime.decision.document import Document
    from windchime.decision.policy import Policy


def cited_policy(shell: Shell, document: "Document") -> "Policy":
    """The very version of the policy that a document cites: sentences are rendered under it and no other."""
    from windchime.content import yamlfile
    from windchime.decision.policy import Policy

    cite = document.cites.policy
    return Policy.of(
        yamlfile.parse(ContentStore(shell.bank.content_dir).bytes_of(cite.version), f"policies/{cite.name}.yaml")
    )


def sentences(policy: "Policy", document: "Document", lang: Lang) -> list[str]:
    """Why, in words."""
    return [policy.sentence(reason, lang) for reason in document.reasons]


def as_json(decision_id: str, document: "Document", policy: "Policy") -> dict[str, Any]:
    """One decision as an element of `decisions` in the envelope."""
    said = {lang: sentences(policy, document, lang) for lang in LANGS}
    return {
        "id": decision_id,
        "firm": document.firm_id,
        "verdict": document.verdict,
        "limit": document.limit,
        "rate": document.rate,
        "term_months": document.term_months,
        "band": document.band,
        "probability": document.probability,
        "reasons": [
            {
                "code": r.code,
                "rule": r.rule,
                "params": dict(r.params),
                "sentence": {lang: said[lang][n] for lang in LANGS},
            }
            for n, r in enumerate(document.reasons)
        ],
    }
