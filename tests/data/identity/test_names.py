"""Names in their parts: whatever the writing, the parts come out the same."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from windchime.content import seed
from windchime.data.identity.lexicon import shipped
from windchime.data.identity.names import CompanyName, parse
from windchime.data.identity.spelling import normalised, simplified, sound

NAMES = seed.documents("twin")["names"]
CORES = st.text(st.sampled_from(NAMES["characters"]), min_size=2, max_size=3)
TRADES = st.sampled_from(sorted({t for some in NAMES["trades"].values() for t in some}))
FORMS = st.sampled_from(
    ["有限公司", "有限责任公司", "股份有限公司", "农民专业合作社", "经营部", "商行", "合伙企业(有限合伙)"]
)
PLACES = st.sampled_from(["", "岚溪市", "望川县", "重庆市", "重庆市渝北区", "广东省深圳市", "澄岭省岚溪市"])


@st.composite
def parts(draw: st.DrawFn) -> CompanyName:
    place, core, trade = draw(PLACES), draw(CORES), draw(TRADES)
    words = shipped()
    # a core that begins like a place, or whose end makes a longer word with the trade, cannot be told from those
    assume(not any(core.startswith(p.text) for p in words.places.get(core[0], ())))
    assume(not any(f"{core[1:]}{trade}".endswith(w) and len(w) > len(trade) for w, _g in words.trades[trade[-1]]))
    assume(not any(core.endswith(w) and len(core) - len(w) >= 2 for w, _g in words.trades.get(core[-1], ())))
    assume(core[-1] not in "市县区" and "集团" not in core)
    bracketed = bool(place) and draw(st.booleans())
    return CompanyName(region=place, core=core, industry=trade, form=draw(FORMS), bracketed=bracketed)


@settings(deadline=None)
@given(parts())
def test_the_parts_of_a_name_come_back(made: CompanyName) -> None:
    found = parse(made.text)
    assert (found.region, found.core, found.industry, found.form) == (made.region, made.core, made.industry, made.form)
    assert found.text == made.text


@settings(deadline=None)
@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once


@settings(deadline=None)
@given(st.text(max_size=40))
def test_every_text_has_parts(text: str) -> None:
    found = parse(text)
    assert parse(text) == found
    assert not (found.branch and not found.form) or "公司" in text or "合作社" in text


@pytest.mark.parametrize(
    "written",
    [
        "岚溪市铭达贸易有限公司",
        "嵐溪市銘達貿易有限公司",
        "铭达（岚溪）贸易有限公司",
        "铭达(岚溪市)贸易有限责任公司",
        " 岚溪市 铭达 贸易 有限公司 。",
        "岚溪市铭达商贸有限公司(注销)",
        "岚溪市铭达（集团）贸易有限公司",
        "岚溪市&#38125;达贸易有限公司",
        "岚溪市铭达贸易有限公司（曾用名：岚溪市通汇贸易有限公司）",
        "澄岭省岚溪市铭达经贸有限公司",
    ],
)
def test_writings_of_one_name_are_one(written: str) -> None:
    found = parse(written)
    assert (found.core, found.trades, found.form_group, found.region_digits) == ("铭达", ("trade",), "ltd", "990102")


@pytest.mark.parametrize(
    ("written", "region", "core", "industry", "form"),
    [
        ("重庆市渝北区宏达机电设备有限公司", "重庆市渝北区", "宏达", "机电设备", "有限公司"),
        ("北京电子科技有限公司", "北京", "电子", "科技", "有限公司"),
        ("新城市广告有限公司", "", "新城市", "广告", "有限公司"),
        ("乾坤粮油店", "", "乾坤", "粮油", "店"),
        ("岚溪市乾元干果商行", "岚溪市", "乾元干果", "", "商行"),
        ("宏达投资合伙企业（有限合伙）", "", "宏达", "投资", "合伙企业(有限合伙)"),
        ("A&amp;B（上海）贸易有限公司", "上海", "A&B", "贸易", "有限公司"),
        ("明远（汀川）贸易有限公司", "汀川", "明远", "贸易", "有限公司"),
    ],
)
def test_names_in_their_parts(written: str, region: str, core: str, industry: str, form: str) -> None:
    found = parse(written)
    assert (found.region, found.core, found.industry, found.form) == (region, core, industry, form)


def test_a_joint_stock_company_is_of_another_form() -> None:
    assert (
        parse("明远股份有限公司").form_group != parse("明远有限公司").form_group == parse("明远有限责任公司").form_group
    )


def test_a_branch_is_told_from_its_parent() -> None:
    found = parse("岚溪市明远物流有限公司望川分公司")
    assert (found.core, found.branch) == ("明远", "望川分公司")
    assert parse("岚溪市明远物流有限公司").branch == ""


def test_a_name_cut_by_a_bank_is_known_as_cut() -> None:
    whole = "澄岭省岚溪市明远建筑装饰工程有限责任公司"
    found = parse(whole.encode("gbk")[:30].decode("gbk"))
    assert found.is_cut
    assert (found.core, found.industry) == ("明远", "建筑装饰工程")
    assert not parse(whole).is_cut


@pytest.mark.parametrize("written", ["***电器销售有限公司", "某某贸易有限公司"])
def test_a_masked_name_says_so(written: str) -> None:
    assert parse(written).is_masked


def test_a_character_that_simplified_writing_has_is_kept() -> None:
    assert ord("乾") not in simplified()
    assert normalised("乾隆銘裏") == "乾隆铭里"


def test_what_is_said_alike_sounds_alike() -> None:
    assert sound("启航") == sound("起杭") != sound("启明")


def test_simulated_places_are_known_and_are_no_real_ones() -> None:
    digits = {p.digits[:2] for some in shipped().places.values() for p in some}
    assert "99" in digits
    assert len(digits) == 35
