"""Fuzzes PDF documents, in this process: `python -m fuzz.pdf_invoice -runs=100000`."""

import atheris

with atheris.instrument_imports(include=["windchime.data.intake.einvoice"]):
    from windchime.data.intake.einvoice import read_document

from tests.data.einvoice import builders

from fuzz.invoice_seeds import SMALL, held, run


def one(data: bytes) -> None:
    """Any bytes, as they come."""
    held(read_document(data, "fuzzed.pdf", SMALL))


if __name__ == "__main__":
    run(one, [builders.pdf(builders.plain())])
