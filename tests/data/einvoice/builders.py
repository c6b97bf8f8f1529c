"""Invoices of fictitious firms, and writers of every form in which they reach a bank."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape

from hypothesis import strategies as st
from tests.data.einvoice.capitals import spell

from windchime.core.credit_code import check_character
from windchime.core.dates import SHANGHAI
from windchime.data.intake.einvoice import Invoice, Line, Party

CENT = Decimal("0.01")
NAMES = (
    "示例甲贸易有限公司",
    "示例乙科技有限公司（分公司）",
    "示例丙制造股份有限公司",
    "示例丁餐饮店",
    "示例戊运输有限公司",
)
ITEMS = ("*信息技术服务*软件维护", "*机床*数控机床", "*餐饮服务*餐费", "*谷物*稻谷", "*运输服务*货物运输")
UNITS = ("台", "件", "次", "千克", None)
RATES = ("0.13", "0.09", "0.06", "0.03", "0.01")


def code(number: int) -> str:
    """A well-formed credit code of a region that does not exist."""
    body = f"91990000{number % 100_000_000:08d}"
    first17 = body + "0"
    return first17 + check_character(first17)


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, ...]:
    found = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        quantity = draw(st.none() | st.integers(1, 999).map(Decimal))
        price = Decimal(draw(st.integers(1, 9_999_999))).scaleb(-2)
        amount = cents(price * (quantity or 1))
        rate = draw(st.sampled_from([*map(Decimal, RATES), None]))
        found.append(
            Line(
                line_no=number,
                item_name=draw(st.sampled_from(ITEMS)),
                spec=draw(st.sampled_from((None, "WX-200", "标准型A4"))),
                unit=draw(st.sampled_from(UNITS)),
                quantity=quantity,
                unit_price=price if quantity is not None else None,
                amount=amount,
                tax_rate=rate,
                tax_rate_text=None if rate is not None else "免税",
                tax=cents(amount * rate) if rate is not None else None,
            )
        )
    return tuple(found)


@st.composite
def invoices(draw: st.DrawFn, *, digital: bool = True) -> Invoice:
    made = draw(lines())
    red = draw(st.booleans())
    if red:
        made = tuple(
            replace(
                x,
                amount=-x.amount if x.amount is not None else None,
                tax=-x.tax if x.tax else x.tax,
                quantity=-x.quantity if x.quantity is not None else None,
            )
            for x in made
        )
    amount = sum((x.amount or Decimal(0) for x in made), Decimal("0.00"))
    tax = sum((x.tax or Decimal(0) for x in made), Decimal("0.00"))
    day = draw(st.dates(date(2022, 1, 1), date(2025, 12, 31)))
    moment = datetime(day.year, day.month, day.day, draw(st.integers(0, 23)), 30, 15, tzinfo=SHANGHAI)
    serial = draw(st.integers(0, 10**8 - 1))
    seller, buyer = draw(st.sampled_from([(a, b) for a in NAMES for b in NAMES if a != b]))
    return Invoice(
        number=f"{day.year % 100:02d}9920{serial:014d}" if digital else f"{serial:08d}",
        code=None if digital else "099002500111",
        kind="digital_special" if digital else "general_electronic",
        issue_date=day,
        issued_at=moment.astimezone(UTC) if digital else None,
        seller=Party(code(serial), seller, "示例市示例路1号 010-00000000", "示例银行示例支行 0000000000000000"),
        buyer=Party(code(serial + 1), buyer),
        amount=amount,
        tax=tax,
        total=amount + tax,
        colour="red" if amount + tax < 0 else "blue",
        original_no=f"{day.year % 100:02d}9921{serial:014d}" if red and digital else None,
        drawer="测试员",
        remark=draw(st.sampled_from((None, "合同号 WX-2024-01", "示例备注"))),
        check_code=None if digital else f"{serial:020d}",
        lines=made,
    )


def plain(*, digital: bool = True) -> Invoice:
    """One invoice, always the same."""
    lines = (
        Line(
            1,
            ITEMS[0],
            "WX-200",
            "台",
            Decimal(2),
            Decimal("50.00"),
            Decimal("100.00"),
            Decimal("0.06"),
            None,
            Decimal("6.00"),
        ),
        Line(2, ITEMS[3], None, "千克", Decimal(10), Decimal("3.50"), Decimal("35.00"), None, "免税"),
    )
    return Invoice(
        number="24992000000000000017" if digital else "00000017",
        code=None if digital else "099002500111",
        kind="digital_special" if digital else "general_electronic",
        issue_date=date(2024, 5, 20),
        issued_at=datetime(2024, 5, 20, 2, 30, 15, tzinfo=UTC) if digital else None,
        seller=Party(code(17), NAMES[0], "示例市示例路1号 010-00000000", "示例银行示例支行 0000000000000000"),
        buyer=Party(code(18), NAMES[1]),
        amount=Decimal("135.00"),
        tax=Decimal("6.00"),
        total=Decimal("141.00"),
        colour="blue",
        drawer="测试员",
        remark="合同号 WX-2024-01",
        check_code=None if digital else "00000000000000000017",
        lines=lines,
    )


def stated(invoice: Invoice) -> Invoice:
    """An invoice as it is compared: without what the reader adds about its reading."""
    return replace(invoice, methods={}, confidence=None, unread={})


def _tags(pairs: Sequence[tuple[str, object]], *, prefix: str = "") -> str:
    return "".join(f"<{prefix}{name}>{escape(_text(value))}</{prefix}{name}>" for name, value in pairs)


def _text(value: object) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def digital_xml(*found: Invoice, root: str = "EInvoices", percent: bool = False) -> bytes:
    """The form of fully digital invoices; several below one root, or one behind the other where the root is empty."""
    bodies = [_digital(x, percent=percent) for x in found]
    if not root:
        return "".join(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n' for body in bodies).encode()
    if len(bodies) > 1:
        return f"<?xml version='1.0' encoding='utf-8'?><{root}>{''.join(bodies)}</{root}>".encode()
    return f"<?xml version='1.0' encoding='utf-8'?>{bodies[0]}".encode()


def _digital(x: Invoice, *, percent: bool) -> str:
    def rate(line: Line) -> str:
        if line.tax_rate is None:
            return str(line.tax_rate_text)
        return f"{(line.tax_rate * 100).normalize():f}%" if percent else f"{line.tax_rate:f}"

    assert x.issued_at is not None
    assert x.total is not None
    moment = x.issued_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    contact, phone = (x.seller.contact or " ").split(" ", 1)
    bank, account = (x.seller.account or " ").split(" ", 1)
    items = "".join(
        "<IssuItemInformation>"
        + _tags(
            [
                ("ItemName", line.item_name),
                ("SpecMod", line.spec),
                ("MeaUnits", line.unit),
                ("Quantity", line.quantity),
                ("UnPrice", line.unit_price),
                ("Amount", line.amount),
                ("TaxRate", rate(line)),
                ("ComTaxAm", line.tax if line.tax is not None else "*"),
                ("TotaltaxIncludedAmount", (line.amount or 0) + (line.tax or 0)),
                ("TaxClassificationCode", line.tax_class_code),
            ]
        )
        + "</IssuItemInformation>"
        for line in x.lines
    )
    return (
        "<EInvoice><Header>"
        + _tags([("EIid", x.number), ("EInvoiceTag", "SWEI3200"), ("Version", "0.2")])
        + "<InherentLabel><InIssuType><LabelCode>Y</LabelCode><LabelName>"
        + ("红字发票" if x.colour == "red" else "蓝字发票")
        + "</LabelName></InIssuType><GeneralOrSpecialVAT><LabelCode>01</LabelCode><LabelName>增值税专用发票</LabelName>"
        "</GeneralOrSpecialVAT></InherentLabel></Header><EInvoiceData><SellerInformation>"
        + _tags(
            [
                ("SellerIdNum", x.seller.code),
                ("SellerName", x.seller.name),
                ("SellerAddr", contact),
                ("SellerTelNum", phone),
                ("SellerBankName", bank),
                ("SellerBankAccNum", account),
            ]
        )
        + "</SellerInformation><BuyerInformation>"
        + _tags([("BuyerIdNum", x.buyer.code), ("BuyerName", x.buyer.name)])
        + "</BuyerInformation><BasicInformation>"
        + _tags(
            [
                ("TotalAmWithoutTax", x.amount),
                ("TotalTaxAm", x.tax),
                ("TotalTax-includedAmount", x.total),
                ("TotalTax-includedAmountInChinese", spell(x.total)),
                ("Drawer", x.drawer),
                ("RequestTime", moment),
                ("OriginalInvoiceNumber", x.original_no),
            ]
        )
        + f"</BasicInformation>{items}<AdditionalInformation><Remark>{escape(_text(x.remark))}</Remark>"
        "</AdditionalInformation></EInvoiceData><TaxSupervisionInfo>"
        + _tags([("InvoiceNumber", x.number), ("IssueTime", moment)])
        + "</TaxSupervisionInfo><TaxBureauSignature><SignatureValue>AAAA</SignatureValue></TaxBureauSignature></EInvoice>"
    )


def edrm_xml(x: Invoice) -> bytes:
    """The form of the years 2016 to 2024, as attached to OFD files."""
    items = "".join(
        "<fp:GoodsInfo>"
        + _tags(
            [
                ("Item", line.item_name),
                ("Specification", line.spec),
                ("MeasurementDimension", line.unit),
                ("Price", line.unit_price),
                ("Quantity", line.quantity),
                ("Amount", line.amount),
                ("TaxScheme", _percent(line)),
                ("TaxAmount", line.tax if line.tax is not None else "***"),
            ],
            prefix="fp:",
        )
        + "</fp:GoodsInfo>"
        for line in x.lines
    )
    assert x.issue_date is not None
    head = [
        ("InvoiceCode", x.code),
        ("InvoiceNo", x.number),
        ("IssueDate", f"{x.issue_date:%Y年%m月%d日}"),
        ("InvoiceCheckCode", x.check_code),
    ]
    sums = [
        ("TaxInclusiveTotalAmount", x.total),
        ("Note", x.remark),
        ("InvoiceClerk", x.drawer),
        ("TaxTotalAmount", x.tax),
        ("TaxExclusiveTotalAmount", x.amount),
    ]
    parties = "".join(
        f"<fp:{side}>"
        + _tags(
            [
                (f"{side}Name", party.name),
                (f"{side}TaxID", party.code),
                (f"{side}AddrTel", party.contact),
                (f"{side}FinancialAccount", party.account),
            ],
            prefix="fp:",
        )
        + f"</fp:{side}>"
        for side, party in (("Buyer", x.buyer), ("Seller", x.seller))
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><eInvoice '
        'xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019" Version="1.0">'
        + _tags(head, prefix="fp:")
        + parties
        + _tags(sums, prefix="fp:")
        + f"<fp:GoodsInfos>{items}</fp:GoodsInfos><fp:Signature>AAAA</fp:Signature></eInvoice>"
    ).encode()


def pinyin_xml(x: Invoice, *, encoding: str = "GBK") -> bytes:
    """The form of older electronic data, in a national encoding."""
    assert x.issue_date is not None
    items = "".join(
        "<COMMON_FPKJ_XMXX>"
        + _tags(
            [
                ("XMMC", line.item_name),
                ("GGXH", line.spec),
                ("DW", line.unit),
                ("XMSL", line.quantity),
                ("XMDJ", line.unit_price),
                ("XMJE", line.amount),
                ("SL", f"{line.tax_rate:f}" if line.tax_rate is not None else line.tax_rate_text),
                ("SE", line.tax if line.tax is not None else "*"),
            ]
        )
        + "</COMMON_FPKJ_XMXX>"
        for line in x.lines
    )
    head = [
        ("FP_DM", x.code),
        ("FP_HM", x.number),
        ("KPRQ", f"{x.issue_date:%Y%m%d}"),
        ("JYM", x.check_code),
        ("XSF_MC", x.seller.name),
        ("XSF_NSRSBH", x.seller.code),
        ("XSF_DZDH", x.seller.contact),
        ("XSF_YHZH", x.seller.account),
        ("GMF_MC", x.buyer.name),
        ("GMF_NSRSBH", x.buyer.code),
        ("HJJE", x.amount),
        ("HJSE", x.tax),
        ("JSHJ", x.total),
        ("KPR", x.drawer),
        ("BZ", x.remark),
    ]
    body = f"<REQUEST_COMMON_FPKJ>{_tags(head)}<XMXXS>{items}</XMXXS></REQUEST_COMMON_FPKJ>"
    return f'<?xml version="1.0" encoding="{encoding}"?><business id="FPKJ">{body}</business>'.encode(encoding)


def _percent(line: Line) -> str:
    return f"{(line.tax_rate * 100).normalize():f}%" if line.tax_rate is not None else str(line.tax_rate_text)


@dataclass(frozen=True, slots=True)
class Placed:
    """A text on paper of 210 by 140 millimetres: left edge, middle of the line, size; right-aligned where so said."""

    x: float
    y: float
    text: str
    size: float = 3.2
    right: bool = False
    field: str = ""


def paper(x: Invoice) -> list[Placed]:
    """A fully digital invoice as it is printed."""
    assert x.issue_date is not None
    assert x.total is not None
    found = [
        Placed(68, 12, "电子发票（增值税专用发票）", 6.0),
        Placed(150, 12, "发票号码："),
        Placed(168, 12, _text(x.number), field="InvoiceNo"),
        Placed(150, 18, "开票日期："),
        Placed(168, 18, f"{x.issue_date:%Y年%m月%d日}", field="IssueDate"),
    ]
    for i, c in enumerate("购买方信息"):
        found += [Placed(6.2, 32 + 3.6 * i, c), Placed(106.2, 32 + 3.6 * i, "销售方信息"[i])]
    for left, side, party in ((12, "Buyer", x.buyer), (112, "Seller", x.seller)):
        found += [
            Placed(left, 34, "名称："),
            Placed(left + 10, 34, _text(party.name), field=f"{side}/{side}Name"),
            Placed(left, 44, "统一社会信用代码/纳税人识别号："),
            Placed(left + 48, 44, _text(party.code), 3.0, field=f"{side}/{side}TaxID"),
        ]
    titles = ("项目名称", "规格型号", "单 位", "数 量", "单 价", "金 额", "税率/征收率", "税 额")
    found += [Placed(at, 53, title) for at, title in zip((18, 48, 72, 88, 112, 139, 157, 191), titles, strict=True)]
    for i, line in enumerate(x.lines):
        y = 58.0 + 4.5 * i
        found += [
            Placed(5, y, line.item_name, 2.6),
            Placed(44, y, _text(line.spec), 2.6),
            Placed(74, y, _text(line.unit), 2.6),
            Placed(96, y, _text(line.quantity), 2.6, right=True),
            Placed(122, y, _text(line.unit_price), 2.6, right=True),
            Placed(150, y, _text(line.amount), 2.6, right=True),
            Placed(170, y, _percent(line), 2.6, right=True),
            Placed(205, y, "*" if line.tax is None else _text(line.tax), 2.6, right=True),
        ]
    found += [
        Placed(22, 92, "合          计"),
        Placed(150, 92, f"¥{x.amount}", right=True, field="TaxExclusiveTotalAmount"),
        Placed(205, 92, f"¥{x.tax}", right=True, field="TaxTotalAmount"),
        Placed(17, 99, "价税合计（大写）"),
        Placed(62, 99, spell(x.total)),
        Placed(155, 99, "（小写）"),
        Placed(168, 99, f"¥{x.total}", field="TaxInclusiveTotalAmount"),
        Placed(6.2, 108, "备"),
        Placed(6.2, 116, "注"),
        Placed(12, 106, _text(x.remark)),
        Placed(20, 131, "开票人："),
        Placed(33, 131, _text(x.drawer), field="InvoiceClerk"),
    ]
    return [p for p in found if p.text]


def shown(x: Invoice) -> Invoice:
    """What of an invoice is printed: no hour, no accounts, no number of the original."""
    return replace(stated(x), issued_at=None, original_no=None, seller=replace(x.seller, contact=None, account=None))


def ofd(x: Invoice, *, attach: bytes | None = None, tags: bool = False, custom: bool = False) -> bytes:
    """An OFD document of the printed form; with an attachment, tags and stated data where so asked."""
    placed = paper(x)
    objects = "".join(_object(i + 10, p) for i, p in enumerate(placed))
    parts = {
        "OFD.xml": _ofd_root(x, custom=custom),
        "Doc_0/Document.xml": '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:CommonData><ofd:PageArea>'
        "<ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
        '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
        "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments><ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"
        "</ofd:Document>",
        "Doc_0/Pages/Page_0/Content.xml": '<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Content>'
        f'<ofd:Layer ID="2">{objects}</ofd:Layer></ofd:Content></ofd:Page>',
    }
    made: dict[str, bytes] = {name: text.encode() for name, text in parts.items()}
    if attach is not None:
        listing = "<ofd:Attachments><ofd:Attachment ID='1'><ofd:FileLoc>invoice.xml</ofd:FileLoc></ofd:Attachment></ofd:Attachments>"
        made |= {"Doc_0/Attachs/Attachments.xml": listing.encode(), "Doc_0/Attachs/invoice.xml": attach}
    if tags:
        made["Doc_0/Tags/CustomTags.xml"] = (
            b"<ofd:CustomTags><ofd:CustomTag><ofd:FileLoc>CustomTag.xml</ofd:FileLoc></ofd:CustomTag></ofd:CustomTags>"
        )
        made["Doc_0/Tags/CustomTag.xml"] = _tag_file(placed).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    return out.getvalue()


def _ofd_root(x: Invoice, *, custom: bool) -> str:
    said = {"发票号码": x.number, "合计金额": x.amount, "合计税额": x.tax} if custom else {}
    data = "".join(f'<ofd:CustomData Name="{name}">{_text(v)}</ofd:CustomData>' for name, v in said.items())
    return (
        '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo>'
        f"<ofd:CustomDatas>{data}</ofd:CustomDatas></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
        "</ofd:DocBody></ofd:OFD>"
    )


def _object(ident: int, p: Placed) -> str:
    width = sum(p.size if ord(c) > 0x2E7F else p.size / 2 for c in p.text)
    left = p.x - width if p.right else p.x
    delta = " ".join(f"{p.size if ord(c) > 0x2E7F else p.size / 2:.4f}" for c in p.text[:-1])
    return (
        f'<ofd:TextObject ID="{ident}" Boundary="{left:.4f} {p.y - p.size / 2:.4f} {width:.4f} {p.size:.4f}" '
        f'Size="{p.size}"><ofd:TextCode X="0" Y="{p.size:.4f}" DeltaX="{delta}">{escape(p.text)}</ofd:TextCode>'
        "</ofd:TextObject>"
    )


def _tag_file(placed: Sequence[Placed]) -> str:
    """Tags with the prefix that is not declared, as real files have it."""
    groups: dict[str, str] = {}
    for i, p in enumerate(placed):
        if p.field:
            group, _slash, name = p.field.rpartition("/")
            ref = f'<ofd:ObjectRef PageRef="1">{i + 10}</ofd:ObjectRef>'
            groups[group] = groups.get(group, "") + f"<{name}>{ref}</{name}>"
    inner = "".join(f"<{g}>{body}</{g}>" if g else body for g, body in groups.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><:eInvoice xmlns:="">{inner}</:eInvoice>'


def pdf(x: Invoice) -> bytes:
    """A PDF of the printed form, its text layer alone."""
    from windchime.present.pdf import compile_pdf

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    body = "\n".join(
        f"#place(top + {'right' if p.right else 'left'}, dx: {p.x - 210 if p.right else p.x}mm, "
        f"dy: {p.y - p.size / 2}mm, text(size: {p.size}mm, {quoted(p.text)}))"
        for p in paper(x)
    )
    source = f'#set page(width: 210mm, height: 140mm, margin: 0mm)\n#set text(font: "Noto Sans SC", cjk-latin-spacing: none)\n{body}'
    return compile_pdf(source, {}, generated_at=datetime(2026, 1, 1, tzinfo=UTC))
