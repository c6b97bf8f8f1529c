"""Fuzzes the XML forms of invoices: `python -m fuzz.xml_invoice -runs=100000`."""

import atheris

with atheris.instrument_imports(include=["windchime.data.intake.einvoice"]):
    from windchime.data.intake.einvoice import read_document

from tests.data.einvoice import builders

from fuzz.invoice_seeds import SMALL, held, run


def one(data: bytes) -> None:
    """Any bytes, as they come."""
    held(read_document(data, "fuzzed.xml", SMALL))


if __name__ == "__main__":
    digital, older = builders.plain(), builders.plain(digital=False)
    run(
        one,
        [
            builders.digital_xml(digital),
            builders.digital_xml(digital, digital, root=""),
            builders.edrm_xml(older),
            builders.pinyin_xml(older),
            builders.pinyin_xml(older, encoding="UTF-8"),
        ],
    )
