"""Every permission and every role of the platform, declared here and nowhere else.

A permission is granted to a role with a reach: to one's own matters, to one's own branch, or to the bank. Rules about a
particular record (its branch, its customer manager, its applicant) follow from the reach; who is whose stands in the record.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

from windchime.core.text import Text


class Reach(IntEnum):
    """How far a grant goes; a wider one holds what a narrower one does."""

    #: what concerns oneself: one's own application, the customers one manages
    OWN = 1
    #: the branch one works at
    BRANCH = 2
    #: all of the bank
    BANK = 3


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that can be allowed."""

    #: `noun.verb`
    name: str
    label: Text
    #: reads personal data in clear: wants a purpose said with the request, and each use is logged
    personal: bool = False
    #: reads a firm's own data of this kind (`CATEGORIES`): wants a purpose and, where that says so, the firm's consent
    category: str = ""
    #: proposes or takes part in a change that a second person must check
    maker: bool = False
    #: checks what another proposed
    checker: bool = False


#: kinds of a firm's data, which its consents name
CATEGORIES = {
    "firm": Text("企业经营数据", "the firm's own data"),
    "person": Text("关键人员个人信息", "personal data of its people"),
}

PERMISSIONS = {
    p.name: p
    for p in (
        Permission("application.make", Text("提交申请", "apply for a loan")),
        Permission("application.read", Text("查看申请", "read applications")),
        Permission("firm.read", Text("查看企业档案", "read a firm's page and figures"), category="firm"),
        Permission(
            "person.read", Text("查看个人信息明文", "read personal data in clear"), personal=True, category="person"
        ),
        Permission("reads.read", Text("查看个人信息查阅记录", "read who looked at personal data")),
        Permission("consent.read", Text("查看授权记录", "read consents")),
        Permission("consent.record", Text("登记与撤回授权", "record and revoke a firm's consent")),
        Permission("data.load", Text("加载数据", "load data")),
        Permission("data.repair", Text("修复隔离行", "repair quarantined rows")),
        Permission("data.quality", Text("查看数据质量", "read data quality")),
        Permission("graph.read", Text("查看图谱", "read the graph"), category="firm"),
        Permission("library.read", Text("查看一库数据表", "read tables of the library")),
        Permission("identity.read", Text("查看主体识别", "read who is who")),
        Permission("identity.judge", Text("裁定主体", "judge who is who")),
        Permission("decision.make", Text("发起决策", "decide an application"), category="firm"),
        Permission("decision.run", Text("批量决策", "decide all firms by the policy in force")),
        Permission("decision.read", Text("查看决策", "read decisions")),
        Permission("decision.override", Text("提出人工改判", "propose an override"), maker=True),
        Permission("decision.override.check", Text("复核人工改判", "check an override"), checker=True),
        Permission("case.work", Text("处理案件", "work on cases")),
        Permission("alert.work", Text("处理预警", "work on alerts")),
        Permission("content.read", Text("查看制度参数与策略", "read schemes, products, policies")),
        Permission("content.propose", Text("提交制度参数与策略", "propose schemes, products, policies"), maker=True),
        Permission("content.publish", Text("发布制度参数与策略", "publish schemes, products, policies"), checker=True),
        Permission("model.read", Text("查看模型与规则", "read models and rules")),
        Permission("model.train", Text("训练模型", "train models"), maker=True),
        Permission("model.validate", Text("验证模型", "validate models"), checker=True),
        Permission("model.publish", Text("发布模型", "publish models"), checker=True),
        Permission("rules.mine", Text("挖掘规则", "mine rules"), maker=True),
        Permission("portfolio.read", Text("查看组合", "read the portfolio")),
        Permission("portfolio.allocate", Text("分配额度", "allocate credit")),
        Permission("report.read", Text("查看报告", "read reports"), category="firm"),
        Permission("audit.read", Text("查看审计日志", "read the audit log")),
        Permission("customer.assign", Text("分配客户", "say whose customer a firm is"), maker=True),
        Permission("customer.assign.check", Text("复核客户分配", "check whose customer a firm is"), checker=True),
        Permission("webhook.manage", Text("管理事件推送", "keep webhooks and their dead letters")),
        Permission("agreement.sign", Text("签署跨行协议", "sign agreements with another bank"), checker=True),
        Permission("agreement.propose", Text("提出跨行协议", "propose agreements with another bank"), maker=True),
        Permission("proposal.close", Text("关闭存储受损的提案", "close proposals that are damaged in the database")),
        Permission("job.run", Text("运行后台任务", "run jobs")),
        Permission("account.propose", Text("提出账户与角色变更", "propose accounts and roles"), maker=True),
        Permission("account.check", Text("复核账户与角色变更", "check accounts and roles"), checker=True),
    )
}


@dataclass(frozen=True, slots=True)
class Role:
    """A person of the bank, or of its customers or supervisors, by what they come for."""

    name: str
    label: Text
    grants: dict[str, Reach]


def _role(name: str, zh: str, en: str, *, own: str = "", branch: str = "", bank: str = "") -> Role:
    told = ((Reach.OWN, own), (Reach.BRANCH, branch), (Reach.BANK, bank))
    return Role(name, Text(zh, en), {p: reach for reach, names in told for p in names.split()})


ROLES = {
    r.name: r
    for r in (
        _role(
            "applicant",
            "申请人",
            "applicant",
            own="application.make application.read decision.read consent.read consent.record",
        ),
        _role(
            "relationship_manager",
            "客户经理",
            "relationship manager",
            own="application.make application.read firm.read person.read consent.read consent.record graph.read decision.make"
            " decision.read alert.work report.read",
        ),
        _role(
            "credit_officer",
            "审批人员",
            "credit officer",
            branch="application.read firm.read person.read consent.read graph.read decision.make decision.read"
            " decision.override case.work report.read",
            bank="content.read model.read identity.read identity.judge",
        ),
        _role(
            "modeller",
            "模型人员",
            "modeller",
            bank="firm.read data.quality graph.read decision.read content.propose model.train rules.mine"
            " portfolio.read report.read job.run library.read identity.read content.read model.read",
        ),
        _role(
            "validator",
            "模型验证人员",
            "validator",
            bank="firm.read data.quality decision.read model.validate model.publish portfolio.read report.read library.read content.read model.read",
        ),
        _role(
            "post_loan",
            "贷后人员",
            "post-loan officer",
            branch="application.read firm.read person.read consent.read graph.read decision.read case.work alert.work"
            " report.read",
            bank="content.read portfolio.read",
        ),
        _role(
            "compliance",
            "合规人员",
            "compliance",
            bank="application.read firm.read person.read reads.read consent.read graph.read decision.read decision.override.check"
            " content.publish data.quality report.read audit.read portfolio.read library.read identity.read content.read model.read customer.assign.check",
        ),
        _role(
            "auditor",
            "审计人员",
            "auditor",
            bank="application.read firm.read reads.read consent.read graph.read decision.read data.quality report.read audit.read portfolio.read library.read identity.read content.read model.read",
        ),
        _role(
            "manager",
            "管理层",
            "management",
            bank="application.read firm.read consent.read graph.read decision.read decision.override.check decision.run job.run"
            " content.publish portfolio.read portfolio.allocate report.read data.quality account.check content.read model.read customer.assign agreement.sign",
        ),
        _role(
            "administrator",
            "系统管理员",
            "administrator",
            bank="data.load data.repair data.quality account.propose job.run content.read webhook.manage agreement.propose proposal.close",
        ),
        _role(
            "supervisor_reader",
            "监管查阅人员",
            "supervisor (reads)",
            bank="decision.read data.quality portfolio.read report.read audit.read content.read model.read",
        ),
    )
}

#: roles that one person must not hold together: whoever makes must not also check, and no one who keeps accounts sees data
APART = (
    frozenset({"modeller", "validator"}),
    frozenset({"credit_officer", "compliance"}),
    frozenset({"relationship_manager", "credit_officer"}),
    frozenset({"administrator", "manager"}),
    frozenset({"administrator", "auditor"}),
    frozenset({"administrator", "compliance"}),
)


def granted(roles: Collection[str]) -> frozenset[str]:
    """Names of the permissions that roles give, how far each reaches left aside."""
    return frozenset(p for r in roles if r in ROLES for p in ROLES[r].grants)


def conflicts(roles: frozenset[str]) -> tuple[frozenset[str], ...]:
    """The pairs among the roles that one person must not hold together."""
    return tuple(pair for pair in APART if pair <= roles)
