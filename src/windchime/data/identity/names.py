"""The parts of a firm's name: 行政区划 + 字号 + 行业 + 组织形式, and what is written around them."""

import re
from dataclasses import dataclass, replace

from windchime.data.identity.lexicon import Lexicon, shipped
from windchime.data.identity.spelling import normalised

#: a county or district that no list names; its last character tells it
_COUNTY = re.compile(r"([\u4e00-\u9fff]{1,6}?(?:自治县|新区|林区|县|区|市))")
_UNLISTED = re.compile(r"[\u4e00-\u9fff]{2,5}")
_ENDING = re.compile("(?<=..)(自治县|新区|林区|县|区|市)$")
_BRACKETED = re.compile(r"\(([^()]*)\)")
#: in bytes of GBK or UTF-8: where systems of banks cut names
_CUT_AT = ({29, 30, 39, 40}, {28, 29, 30, 38, 39, 40})
#: a name of a place takes at most so many steps: province, prefecture, county
_STEPS = 3


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A firm's name in its parts, each as written after `normalised`; empty where the name has none."""

    #: 行政区划: `重庆市渝北区`
    region: str = ""
    #: 字号: what tells the firm from others
    core: str = ""
    #: 行业或经营特点
    industry: str = ""
    #: 组织形式 as written
    form: str = ""
    #: what follows the name of the parent: `北碚分公司`
    branch: str = ""
    #: the region stands in brackets behind the core
    bracketed: bool = False
    #: `集团` stands before the form
    is_group: bool = False
    #: digits of the region's code as far as it is known: 0, 2, 4 or 6
    region_digits: str = ""
    #: county or district that no list names, without its ending
    locality: str = ""
    #: groups of the words of trade, sorted
    trades: tuple[str, ...] = ()
    #: group of the form; `有限公司` and `有限责任公司` are one
    form_group: str = ""
    #: former names that stand within the text
    former: tuple[str, ...] = ()
    #: what else was said of the firm: `注销`, `个体工商户`
    notes: tuple[str, ...] = ()
    #: cut at 30 or 40 bytes by the system it comes from
    is_cut: bool = False
    #: stars or 某某 stand where the name should
    is_masked: bool = False

    @property
    def text(self) -> str:
        """The name from its parts in the usual order, without notes and former names."""
        group = "集团" if self.is_group else ""
        head = f"{self.core}({self.region})" if self.bracketed else f"{self.region}{self.core}"
        return f"{head}{self.industry}{group}{self.form}{self.branch}"


def parse(name: str, words: Lexicon | None = None) -> CompanyName:
    """The parts of a name as a source wrote it.

    Example:
        >>> parse("渝錢兒（重慶）金融科技有限責任公司").core
        '渝钱儿'
    """
    words = words or shipped()
    plain = normalised(name)
    masked = any(p in plain for p in words.placeholders)
    plain, former, notes = _asides(plain.replace("*", ""), words)
    whole, branch = _branch(plain, words)
    group = next((g for g in words.groups_of_firms if f"({g})" in whole), "")
    whole, form, form_group = _form(whole.replace(f"({group})", "") if group else whole, words)
    group = group or next((g for g in words.groups_of_firms if whole.endswith(g) and len(whole) - len(g) >= 2), "")
    whole = whole.removesuffix(group)
    stump = "" if form or branch else next((c for c in words.cut_forms if whole.endswith(c)), "")
    # a stump of two characters is a form cut anywhere, one character is one only where systems of banks cut
    cut = len(stump) >= 2 or (not form and not branch and _is_cut(plain))
    if cut:
        whole = whole.removesuffix(stump)
    found = CompanyName(
        form=form,
        form_group=form_group,
        branch=branch,
        is_group=bool(group),
        former=former,
        notes=notes,
        is_cut=cut,
        is_masked=masked,
    )
    return _core(_place(found, whole, words), words)


def _asides(text: str, words: Lexicon) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The text without what brackets say of the firm, the former names, and the notes."""
    former, notes = [], []

    def taken(match: re.Match[str]) -> str:
        inside = match[1]
        for lead in words.former:
            if inside.startswith(lead) and len(inside) - len(lead) >= 4:
                former.append(inside.removeprefix(lead).lstrip(":"))
                return ""
        if inside in words.notes:
            notes.append(inside)
            return ""
        return match[0]

    plain = _BRACKETED.sub(taken, text)
    for lead in words.former[:-1]:
        # without brackets, the short `原` may belong to the name
        head, said, tail = plain.partition(lead)
        if said and len(head) >= 4 and len(tail) >= 4:
            plain = head
            former.append(tail.lstrip(":").strip("()"))
    return plain, tuple(former), tuple(notes)


def _branch(text: str, words: Lexicon) -> tuple[str, str]:
    """The parent's name, and the branch: what follows a form of a company and ends like a branch."""
    for ending in words.branches:
        if text.endswith(ending):
            at = max((text.rfind(mark, 0, len(text) - len(ending)) for mark in ("公司", "合作社")), default=-1)
            if at >= 2:
                split = at + (2 if text.startswith("公司", at) else 3)
                return text[:split], text[split:]
    return text, ""


def _form(text: str, words: Lexicon) -> tuple[str, str, str]:
    """The text before its form, the form, and its group; `合伙企业(有限合伙)` is one form."""
    for form, group in words.forms.get(text[-2:-1] if text.endswith(")") else text[-1:], ()):
        if text.endswith(f"({form})") and group == "partnership":
            head = text.removesuffix(f"({form})")
            for outer, _group in words.forms.get(head[-1:], ()):
                if head.endswith(outer) and len(head) > len(outer):
                    return head.removesuffix(outer), f"{outer}({form})", group
            return head, f"({form})", group
        if text.endswith(form) and len(text) - len(form) >= 2:
            return text.removesuffix(form), form, group
    return text, "", ""


def _is_cut(text: str) -> bool:
    sizes = (len(text.encode("gbk", "replace")), len(text.encode()))
    return len(text) >= 10 and any(size in at for size, at in zip(sizes, _CUT_AT, strict=True))


def _place(found: CompanyName, text: str, words: Lexicon) -> CompanyName:
    """The region before the core or in brackets behind it; the rest goes on as `core`."""
    for match in _BRACKETED.finditer(text):
        region, digits, locality = _region(match[1], words, whole=True)
        behind = text[match.end() :]
        if not region and behind and _UNLISTED.fullmatch(match[1]):
            # what stands in brackets between core and trade is a place, listed or not
            region, digits, locality = match[1], "", _without_ending(match[1])
        if region and match.start() >= 2:
            # the province may stand in front as well
            before, outer, _none = _region(text[: match.start()], words)
            if not outer or not digits or digits.startswith(outer) or outer.startswith(digits):
                rest = text[len(before) : match.start()] + behind
                region, digits = f"{before}{region}", max(digits, outer, key=len)
            else:
                rest = text[: match.start()] + behind
            return replace(found, core=rest, region=region, region_digits=digits, locality=locality, bracketed=True)
    text = text.replace("(", "").replace(")", "")
    region, digits, locality = _region(text, words)
    return replace(found, core=text[len(region) :], region=region, region_digits=digits, locality=locality)


def _region(text: str, words: Lexicon, *, whole: bool = False) -> tuple[str, str, str]:
    """The region a text begins with, its digits, its county; with `whole`, only where nothing follows."""
    at, digits, locality = 0, "", ""
    for _step in range(_STEPS):
        rest = text[at:]
        place = next(
            (
                p
                for p in words.places.get(rest[:1], ())
                if rest.startswith(p.text)
                and p.digits.startswith(digits)
                and p.digits != digits
                and (whole or len(rest) - len(p.text) >= 2)
            ),
            None,
        )
        if place is not None:
            at, digits = at + len(place.text), place.digits
            continue
        county = _COUNTY.match(rest)
        if county and _is_county(county[1], rest, words, whole=whole, known=bool(digits)):
            at, locality = at + len(county[1]), _without_ending(county[1])
        break
    if whole and at != len(text):
        return "", "", ""
    return text[:at], digits, locality


def _without_ending(place: str) -> str:
    return _ENDING.sub("", place)


def _is_county(said: str, rest: str, words: Lexicon, *, whole: bool, known: bool) -> bool:
    left = len(rest) - len(said)
    if any(rest.startswith(w, len(said) - 1) for w in words.not_behind_places):
        return False
    enough = whole or left >= (2 if known else 4)
    return enough and 2 <= len(said) <= (7 if known else 3) and not any(said.endswith(w) for w in words.not_places)


def _core(found: CompanyName, words: Lexicon) -> CompanyName:
    """Split what is left into core and words of trade; at least two characters stay with the core."""
    text, groups = found.core, []
    while True:
        fit = next(
            ((w, g) for w, g in words.trades.get(text[-1:], ()) if text.endswith(w) and len(text) - len(w) >= 2), None
        )
        if fit is None:
            break
        text = text.removesuffix(fit[0])
        groups.append(fit[1])
    return replace(found, core=text, industry=found.core[len(text) :], trades=tuple(sorted(set(groups))))
