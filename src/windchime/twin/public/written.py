"""How a name is written in another list: the spellings and slips, each as a function of names."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Ints, Keys, shipped
from windchime.twin.public import common


def kinds() -> list[str]:
    """The kinds of writing, in the order of the content."""
    return [k[0] for k in shipped("records")["kinds"]]


def as_written(kind: Ints, name: pa.Array, former: pa.Array, place: Ints, alone: np.ndarray, key: Keys) -> pa.Array:
    """Names as a list writes them.

    Args:
        kind: index into `kinds()` of each row.
        name: registered names.
        former: former names, null where there is none.
        place: place of each firm.
        alone: whether it is a sole trader.
        key: a key a row.
    """
    made = {
        "exact": name,
        "spelling": _spelling(name, key),
        "brackets": _brackets(name, place, alone, key),
        "form": _form(name),
        "region": _region(name, place, key),
        "traditional": _traditional(name, kind),
        "former_name": pc.coalesce(former, name),
        "one_character": _slips(name, kind, key),
        "truncated": _truncated(name, key),
        "short": core(name),
    }
    return pc.choose(pa.array(kind), *(made[k] for k in kinds()))


def _spelling(name: pa.Array, key: Keys) -> pa.Array:
    """A full stop, blanks, or brackets of the other width."""
    which = draws.whole(key, 40, 0, 2)
    head, tail = pc.utf8_slice_codeunits(name, 0, 5), pc.utf8_slice_codeunits(name, 5)
    narrow = pc.replace_substring(pc.replace_substring(name, "（", "("), "）", ")")
    return pc.choose(pa.array(which), common.text(name, "。"), common.text(head, " ", tail), common.text(narrow, " "))


def _brackets(name: pa.Array, place: Ints, alone: np.ndarray, key: Keys) -> pa.Array:
    """Names with the place in brackets lose them; others get a note."""
    words = shipped("records")
    bracketed = pc.match_substring(name, "（")
    short = pa.array([p[:-1] for p in common.place_words()]).take(pa.array(place))
    own = pc.replace_substring_regex(name, "（.*）", "")
    noted = pc.if_else(pa.array(alone), words["note_of_sole_trader"], common.one_of(words["notes"], key, 41))
    return pc.if_else(bracketed, common.text(short, own), common.text(name, noted))


def _form(name: pa.Array) -> pa.Array:
    """有限公司 for 有限责任公司 and the reverse; 合作社 and shops lose a word or gain one."""
    swapped = pc.replace_substring_regex(name, "有限公司$", "有限责任公司")
    return pc.if_else(
        pc.ends_with(name, "有限公司"), swapped, pc.replace_substring_regex(name, "有限责任公司$", "有限公司")
    )


def _region(name: pa.Array, place: Ints, key: Keys) -> pa.Array:
    """With the province in front, or without the last character of the place."""
    zh = shipped("names")["province"]["zh"]
    words = common.place_words()
    begins = pc.equal(pc.utf8_slice_codeunits(name, 0, 3), pa.array(words).take(pa.array(place)))
    short = common.text(pc.utf8_slice_codeunits(name, 0, 2), pc.utf8_slice_codeunits(name, 3))
    return pc.if_else(pc.and_(begins, pa.array(common.chance(key, 42, 0.5))), short, common.text(zh, name))


def _traditional(name: pa.Array, kind: Ints) -> pa.Array:
    """In traditional characters."""
    words, rows = shipped("records"), np.flatnonzero(kind == kinds().index("traditional"))
    table = str.maketrans(words["simplified"], words["traditional"])
    return _put(name, rows, [t.translate(table) for t in name.take(pa.array(rows)).to_pylist()])


def _put(name: pa.Array, rows: Ints, changed: list[str]) -> pa.Array:
    mask = np.zeros(len(name), bool)
    mask[rows] = True
    return pc.replace_with_mask(common.joined(name), pa.array(mask), pa.array(changed, pa.string()))


def _slips(name: pa.Array, kind: Ints, key: Keys) -> pa.Array:
    """One character of the name for another that sounds alike."""
    rows = np.flatnonzero(kind == kinds().index("one_character"))
    u = draws.uniform(key[rows], 43)
    texts = name.take(pa.array(rows)).to_pylist()
    return _put(name, rows, [slip(t, float(x)) for t, x in zip(texts, u, strict=True)])


def slip(text: str, u: float) -> str:
    """The text with one character misheard; where none can be, the word of the firm loses a character."""
    words = shipped("records")
    heard = dict(zip(words["meant"], words["written"], strict=True))
    able = [i for i, c in enumerate(text[:-4]) if c in heard and i > 0]
    if not able:
        return text[:4] + text[5:]
    at = able[int(u * len(able))]
    written: str = text[:at] + heard[text[at]] + text[at + 1 :]
    return written


def _truncated(name: pa.Array, key: Keys) -> pa.Array:
    """The first characters alone, as a narrow field keeps them."""
    shorter = pc.subtract(pc.utf8_length(name), pa.array(draws.whole(key, 44, 2, 5)))
    kept = pc.max_element_wise(shorter, 6)
    lengths = [pc.utf8_slice_codeunits(name, 0, n) for n in range(6, 24)]
    return pc.choose(pc.min_element_wise(pc.subtract(kept, 6), 17).cast(pa.int64()), *lengths)


def core(name: pa.Array) -> pa.Array:
    """Names without place and form."""
    words = shipped("names")
    places = "|".join(common.place_words())
    forms = "|".join(sorted([*words["company"], *words["cooperative"]], key=len, reverse=True))
    bare = pc.replace_substring_regex(name, f"^({places})|（[^）]*）", "")
    return pc.replace_substring_regex(bare, f"({forms})$", "")
