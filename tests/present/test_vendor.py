"""Vendored files are what VENDOR.toml says, licences included; the font has the characters reports need."""

from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # published without type information

from windchime.core.canonical import sha256_file
from windchime.core.text import catalogue
from windchime.present import vendor, words

FOLDER = Path(str(vendor.FOLDER))


def test_hashes_and_licences() -> None:
    for entry in vendor.declared():
        assert sha256_file(vendor.path(entry["path"])) == entry["sha256"], entry["path"]
        assert entry["name"]
        assert entry["version"]
        assert entry["source"].startswith("npm ")
        assert entry["licence"] in {"Apache-2.0", "0BSD", "MIT", "OFL-1.1"}
        assert all(vendor.path(f).stat().st_size > 100 for f in entry["licence_files"])


def test_nothing_is_vendored_undeclared() -> None:
    declared = {e["path"] for e in vendor.declared()} | {f for e in vendor.declared() for f in e["licence_files"]}
    present = {p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*") if p.is_file() and p.parent != FOLDER}
    assert {p for p in present if "__pycache__" not in p} == declared


def test_notice_names_each() -> None:
    notice = (FOLDER / "NOTICE.part").read_text(encoding="utf-8")
    assert all(
        word in notice for word in ("ECharts 6.1.0", "htmx 4.0.1", "Alpine.js 3.17.4", "G6 5.1.1", "Noto Sans SC")
    )


def test_the_font_has_every_character_of_our_own_texts() -> None:
    known = set(TTFont(vendor.FONT).getBestCmap())
    ours = "".join(
        [*catalogue().values(), *(w.shape + w.label.zh for w in [*words.SEVERITIES.values(), *words.VERDICTS.values()])]
    )
    assert {c for c in ours if c.isprintable() and ord(c) not in known} == set()


def test_no_library_compiles_text_except_behind_the_locked_door() -> None:
    """ECharts, Alpine's CSP build and G6 hold no `new Function` or `eval`; htmx keeps its one place, which `no-eval.js` locks.

    G6 names `Function("return this")` once, for engines without `globalThis` and `self`: no browser comes there.
    """
    for name in ("js/echarts.common.min.js", "js/alpine-csp.min.js", "js/g6.min.js"):
        text = vendor.path(name).read_text(encoding="utf-8")
        assert "new Function(" not in text
        assert "eval(" not in text.replace(".eval(", "")
