"""What the fuzzers of invoice documents start from: good documents of fictitious firms, and how a run is started."""

import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import atheris

from windchime.data.intake.einvoice import LIMITS, Document
from windchime.data.intake.einvoice.told import NOTES

#: smaller than those of a bank, so that each input is quick
SMALL = replace(LIMITS, document_bytes=200_000, xml_bytes=100_000, xml_nodes=5_000, unpacked_bytes=300_000, pages=3)


def held(document: Document) -> None:
    """What is true of every document, whatever its bytes: something was read or a reason is given, and all can be said."""
    assert document.invoices or document.problems
    for problem in (*document.problems, *document.notes):
        assert problem.code in NOTES
        assert problem.sentence("zh")
        assert problem.sentence("en")
    for invoice in document.invoices:
        assert invoice.total is None or abs(invoice.total) < 10**16


def run(one: Callable[[bytes], None], seeds: Iterable[bytes]) -> None:
    """Fuzz with the options of libFuzzer that stand on the command line, such as `-runs=100000`."""
    with tempfile.TemporaryDirectory() as corpus:
        for i, seed in enumerate(seeds):
            (Path(corpus) / f"seed{i}").write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], one)
        atheris.Fuzz()
