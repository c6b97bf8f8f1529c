"""The end of a proposal that is damaged in the database: closed by its maker or an administrator, on record, without effect."""

from windchime.core.unit import Unit
from windchime.service.bank import Bank
from windchime.service.proposals.asking import CLOSE, asker, refusal
from windchime.service.proposals.errors import DamagedProposal, MayNot, NoReason, NotDamaged, ProposalEnded
from windchime.service.proposals.kinds import Kind
from windchime.service.proposals.steps import end
from windchime.service.proposals.stored import ENDED, damage, find, revisions, took_part


def close(
    bank: Bank,
    unit: Unit,
    kind: Kind,
    proposal_id: str,
    *,
    comment: str,
    scopes: frozenset[str] | None = None,
) -> DamagedProposal:
    """End a proposal whose stored form is damaged, without effect; what is damaged stays as it is, and stays named.

    Gives back what is wrong with it. Its maker can, whatever became of their roles, and whoever has the permission `CLOSE`.

    Raises:
        UnknownName: no such proposal.
        MayNot: neither; or the token has not the scope for it.
        ProposalEnded: it has ended.
        NotDamaged: nothing is wrong with it.
        NoReason: the comment is empty.
    """
    session = unit.session
    row = find(session, proposal_id)
    forms = revisions(session, row)
    mine = took_part(row, forms, unit.actor.name)
    if not mine or scopes is not None:
        who = asker(session, bank, unit.actor, scopes)
        whys = [refusal(who, p, None) for p in (CLOSE, kind.propose_permission)[: 1 + mine]]
        if None not in whys:
            raise MayNot(unit.actor.name, next(filter(None, whys)))
    if row.state in ENDED:
        raise ProposalEnded(row.id, row.state)
    why = damage(bank, session, kind, row, forms)
    if why is None:
        raise NotDamaged(row.id)
    if not comment.strip():
        raise NoReason
    end(unit, row, forms[-1] if forms else None, "closed", comment)
    return why
