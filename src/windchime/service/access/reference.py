"""The reference page of permissions, written from their declarations: `python scripts/reference.py` renews it, a test compares."""

from collections.abc import Iterator

from windchime.service.access.permissions import APART, CATEGORIES, PERMISSIONS, ROLES, Permission, Reach

REACHES = {Reach.OWN: "own", Reach.BRANCH: "branch", Reach.BANK: "bank"}
HEADING = """# Permissions 权限

Written from `windchime.service.access.permissions`. What they mean, and how a request is answered: [who may do what](../concepts/access.md).

A role has a permission over its **own** matters (the customers one manages, the firm one applies for) 本人, over the firms of its
**branch** 本机构, or over the **bank** 全行; a wider reach holds a narrower one.
"""


def reference_page() -> str:
    """The whole page."""
    return "\n".join((HEADING, *_permissions(), "", *_roles(), "", *_grants(), "", *_apart(), ""))


def _permissions() -> Iterator[str]:
    yield "## Every permission\n"
    yield "| Permission | 中文 | Meaning | Part in four eyes | Reads |"
    yield "| --- | --- | --- | --- | --- |"
    for p in PERMISSIONS.values():
        reads = (
            CATEGORIES[p.category].en + (", in clear, each look on record" if p.personal else "") if p.category else ""
        )
        yield f"| `{p.name}` | {p.label.zh} | {p.label.en} | {_part(p)} | {reads} |"


def _part(permission: Permission) -> str:
    return "proposes" if permission.maker else "checks" if permission.checker else ""


def _roles() -> Iterator[str]:
    yield "## Every role\n"
    yield "| Role | 中文 | Who |"
    yield "| --- | --- | --- |"
    for r in ROLES.values():
        yield f"| `{r.name}` | {r.label.zh} | {r.label.en} |"


def _grants() -> Iterator[str]:
    yield "## What each role may, and how far\n"
    yield f"| Permission | {' | '.join(f'`{r}`' for r in ROLES)} |"
    yield f"| --- |{' --- |' * len(ROLES)}"
    for p in PERMISSIONS:
        reaches = (REACHES[r.grants[p]] if p in r.grants else "" for r in ROLES.values())
        yield f"| `{p}` | {' | '.join(reaches)} |"


def _apart() -> Iterator[str]:
    yield "## Roles that one person does not hold together\n"
    yield from (f"- {' and '.join(f'`{r}`' for r in sorted(pair))}" for pair in APART)
