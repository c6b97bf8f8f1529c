"""The XML forms of invoices: which form a tree has, and what it says of each invoice."""

from collections.abc import Iterator, Mapping

from windchime.data.intake.einvoice.record import Raw
from windchime.data.intake.einvoice.xmlfile import Node

#: fully digital invoice: places below its root, by field; the first that is filled counts
DIGITAL: Mapping[str, tuple[str, ...]] = {
    "number": ("TaxSupervisionInfo/InvoiceNumber", "Header/EIid"),
    "label": (
        "Header/InherentLabel/GeneralOrSpecialVAT/LabelName",
        "Header/InherentLabel/GeneralOrSpecialVAT/LabelCode",
    ),
    "type": ("Header/InherentLabel/EInvoiceType/LabelName",),
    "colour": ("Header/InherentLabel/InIssuType/LabelName", "Header/InherentLabel/InIssuType/LabelCode"),
    "date": ("EInvoiceData/BasicInformation/RequestTime", "TaxSupervisionInfo/IssueTime"),
    "issued": ("TaxSupervisionInfo/IssueTime",),
    "amount": ("EInvoiceData/BasicInformation/TotalAmWithoutTax",),
    "tax": ("EInvoiceData/BasicInformation/TotalTaxAm",),
    "total": (
        "EInvoiceData/BasicInformation/TotalTax-includedAmount",
        "EInvoiceData/BasicInformation/TotaltaxIncludedAmount",
    ),
    "capitals": ("EInvoiceData/BasicInformation/TotalTax-includedAmountInChinese",),
    "drawer": ("EInvoiceData/BasicInformation/Drawer",),
    "remark": ("EInvoiceData/AdditionalInformation/Remark",),
    "original_no": (
        "EInvoiceData/BasicInformation/OriginalInvoiceNumber",
        "EInvoiceData/RedInvoiceInformation/OriginalInvoiceNumber",
    ),
    "original_code": ("EInvoiceData/RedInvoiceInformation/OriginalInvoiceCode",),
    "red_form_no": ("EInvoiceData/RedInvoiceInformation/RedConfirmationNumber",),
    **{
        f"{ours}_{field}": tuple(f"EInvoiceData/{theirs}Information/{theirs}{name}" for name in names)
        for ours, theirs in (("seller", "Seller"), ("buyer", "Buyer"))
        for field, names in {
            "code": ("IdNum",),
            "name": ("Name",),
            "address": ("Addr",),
            "phone": ("TelNum",),
            "bank": ("BankName",),
            "bank_account": ("BankAccNum",),
        }.items()
    },
}
DIGITAL_LINE: Mapping[str, tuple[str, ...]] = {
    "name": ("ItemName",),
    "spec": ("SpecMod",),
    "unit": ("MeaUnits",),
    "quantity": ("Quantity",),
    "price": ("UnPrice",),
    "amount": ("Amount",),
    "rate": ("TaxRate",),
    "tax": ("ComTaxAm",),
    "class": ("TaxClassificationCode",),
    "nature": ("LineNature",),
}
#: electronic invoice of the years 2016 to 2024 (edrm.org.cn/schema/e-invoice); the tags of OFD files bear the same names
EDRM: Mapping[str, tuple[str, ...]] = {
    "code": ("InvoiceCode",),
    "number": ("InvoiceNo",),
    "date": ("IssueDate",),
    "check_code": ("InvoiceCheckCode",),
    "seller_name": ("Seller/SellerName",),
    "seller_code": ("Seller/SellerTaxID",),
    "seller_contact": ("Seller/SellerAddrTel",),
    "seller_account": ("Seller/SellerFinancialAccount",),
    "buyer_name": ("Buyer/BuyerName",),
    "buyer_code": ("Buyer/BuyerTaxID",),
    "buyer_contact": ("Buyer/BuyerAddrTel",),
    "buyer_account": ("Buyer/BuyerFinancialAccount",),
    "amount": ("TaxExclusiveTotalAmount",),
    "tax": ("TaxTotalAmount",),
    "total": ("TaxInclusiveTotalAmount",),
    "capitals": ("TaxInclusiveTotalAmountWithWords",),
    "drawer": ("InvoiceClerk",),
    "remark": ("Note",),
    "original_code": ("OriginalInvoiceCode",),
    "original_no": ("OriginalInvoiceNo",),
}
EDRM_LINE: Mapping[str, tuple[str, ...]] = {
    "name": ("Item",),
    "spec": ("Specification",),
    "unit": ("MeasurementDimension",),
    "quantity": ("Quantity",),
    "price": ("Price",),
    "amount": ("Amount",),
    "rate": ("TaxScheme",),
    "tax": ("TaxAmount",),
    "class": ("Code",),
    "nature": ("LineNature",),
}
#: pinyin initials, without the underlines that some systems put in
PINYIN: Mapping[str, tuple[str, ...]] = {
    "code": ("FPDM",),
    "number": ("FPHM",),
    "date": ("KPRQ",),
    "check_code": ("JYM",),
    "seller_name": ("XSFMC", "XHFMC"),
    "seller_code": ("XSFNSRSBH", "XHFNSRSBH"),
    "seller_contact": ("XSFDZDH", "XHFDZDH"),
    "seller_account": ("XSFYHZH", "XHFYHZH"),
    "buyer_name": ("GMFMC", "GHFMC"),
    "buyer_code": ("GMFNSRSBH", "GHFNSRSBH"),
    "buyer_contact": ("GMFDZDH", "GHFDZDH"),
    "buyer_account": ("GMFYHZH", "GHFYHZH"),
    "amount": ("HJJE",),
    "tax": ("HJSE",),
    "total": ("JSHJXX", "JSHJ"),
    "capitals": ("JSHJDX",),
    "drawer": ("KPR",),
    "remark": ("BZ",),
    "original_code": ("YFPDM",),
    "original_no": ("YFPHM",),
}
PINYIN_LINE: Mapping[str, tuple[str, ...]] = {
    "name": ("XMMC", "SPMC"),
    "spec": ("GGXH",),
    "unit": ("DW",),
    "quantity": ("XMSL", "SPSL"),
    "price": ("XMDJ", "DJ"),
    "amount": ("XMJE", "JE"),
    "rate": ("SL", "SLV"),
    "tax": ("SE",),
    "class": ("SPBM",),
    "nature": ("FPHXZ",),
}
#: electronic itinerary of air transport, in the form of the accounting data standard for electronic vouchers
AIR: Mapping[str, tuple[str, ...]] = {
    "number": ("ElectronicInvoiceAirTransportReceiptNumber",),
    "date": ("IssueDate", "DateOfIssue"),
    "seller_name": ("NameOfSeller", "IssueParty"),
    "seller_code": ("UnifiedSocialCreditCodeOfSeller",),
    "buyer_name": ("NameOfPurchaser",),
    "buyer_code": ("UnifiedSocialCreditCodeOfPurchaser",),
    "tax": ("VatTaxAmount",),
    "total": ("TotalAmount",),
    "rate": ("VatRate",),
    "fare": ("Fare",),
    "fuel": ("FuelSurcharge",),
    "fund": ("CivilAviationDevelopmentFund",),
    "other": ("OtherTaxes",),
    "flight": ("Flight",),
}


def invoices(root: Node) -> Iterator[Raw]:
    """Every invoice of a tree, whichever form it has."""
    for node in _roots(root, "EInvoice"):
        yield Raw("xml", _fields(node, DIGITAL), tuple(_digital_lines(node)))
    for node in _roots(root, "eInvoice"):
        if node.child("InvoiceNo") is not None:
            yield Raw("xml", _fields(node, EDRM), tuple(edrm_lines(node)))
    for node in _having(root, "FPHM"):
        yield Raw("xml", _fields(node, PINYIN), tuple(_pinyin_lines(node)))
    for node in _having(root, AIR["number"][0]):
        fields = _fields(node, AIR)
        yield Raw("xml", fields | {"kind": "air"}, tuple(air_lines(fields)))


def _roots(root: Node, name: str) -> list[Node]:
    return [root] if root.name == name else root.all(name)


def _having(root: Node, name: str) -> list[Node]:
    """Elements that have a child of a name, compared without underlines and case."""
    wanted = name.replace("_", "").upper()
    found, stack = [], [root]
    while stack:
        node = stack.pop()
        if any(_bare(c.name) == wanted for c in node.children):
            found.append(node)
        else:
            stack.extend(reversed(node.children))
    return found


def _bare(name: str) -> str:
    return name.replace("_", "").upper()


def _fields(node: Node, places: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    found = {}
    for name, paths in places.items():
        said = next((text for path in paths if (text := _at(node, path.split("/")))), "")
        if said:
            found[name] = said
    return found


def _at(node: Node, path: list[str]) -> str:
    """Text at a path of local names; of several elements of one name the texts follow each other."""
    for name in path[:-1]:
        child = node.child(name)
        if child is None:
            return ""
        node = child
    wanted = _bare(path[-1])
    return next((c.text for c in node.children if _bare(c.name) == wanted and c.text), "")


def _digital_lines(node: Node) -> Iterator[dict[str, str]]:
    data = node.child("EInvoiceData")
    for line in data.all("IssuItemInformation") if data else ():
        if line.attributes.get("nil") != "true":
            yield _fields(line, DIGITAL_LINE)


def edrm(node: Node) -> dict[str, str]:
    """Fields of the 2016–2024 form. Tag files of fully digital invoices name the same fields."""
    return _fields(node, EDRM)


def edrm_line(node: Node) -> dict[str, str]:
    """One line of the 2016–2024 form."""
    return _fields(node, EDRM_LINE)


def edrm_lines(node: Node) -> Iterator[dict[str, str]]:
    """Lines of the 2016–2024 form."""
    for line in node.all("GoodsInfo"):
        yield edrm_line(line)


def _pinyin_lines(node: Node) -> Iterator[dict[str, str]]:
    for line in [n for name in PINYIN_LINE["name"] for n in _having(node, name)]:
        yield _fields(line, PINYIN_LINE)


def air_lines(fields: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """An itinerary as lines: the taxed fare and fuel surcharge, and the charges without tax."""
    for name, key, rate in (
        ("票价", "fare", fields.get("rate", "")),
        ("燃油附加费", "fuel", fields.get("rate", "")),
        ("民航发展基金", "fund", "不征税"),
        ("其他税费", "other", "不征税"),
    ):
        if fields.get(key, "").strip("0."):
            line = {"name": name, "amount": fields[key], "rate": rate}
            yield line | ({"spec": fields["flight"]} if key == "fare" and fields.get("flight") else {})
