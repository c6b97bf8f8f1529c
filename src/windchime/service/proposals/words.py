"""How the states and the steps of a proposal are called."""

from windchime.core.text import Text

STATES = {
    "open": Text("待复核", "waits for a check"),
    "sent_back": Text("已退回", "sent back"),
    "effected": Text("已生效", "in effect"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "overtaken": Text("已失效（原状已变）", "overtaken"),
    "expired": Text("已过期", "expired"),
    "closed": Text("已关闭（存储受损）", "closed: it was damaged"),
}
#: of a row whose state is none of these: somebody changed it in the database
UNKNOWN = Text("状态受损", "its state is damaged")
#: steps of a proposal as its history calls them
STEPS = {
    "proposal.make": Text("提出", "proposed"),
    "proposal.revise": Text("修改", "revised"),
    "proposal.approve": Text("批准并生效", "approved, in effect"),
    "proposal.send_back": Text("退回", "sent back"),
    "proposal.withdraw": Text("撤回", "withdrawn"),
    "proposal.overtaken": Text("因原状已变而终止", "ended: what it would change has changed"),
    "proposal.expired": Text("过期终止", "ended: its time was over"),
    "proposal.close": Text("因存储受损而关闭", "closed: it was damaged"),
}


def called(state: str) -> Text:
    """The words for a stored state."""
    return STATES.get(state, UNKNOWN)
