"""Fuzzes OFD documents: `python -m fuzz.ofd_invoice -runs=100000`.

Half of the inputs are archives as they come; of the others the bytes are the parts, packed anew, since a changed byte of
an archive is mostly found by its checksum before any reader sees it.
"""

import io
import zipfile

import atheris

with atheris.instrument_imports(include=["windchime.data.intake.einvoice"]):
    from windchime.data.intake.einvoice import read_document

from tests.data.einvoice import builders

from fuzz.invoice_seeds import SMALL, held, run

#: names of parts in a packed input
PARTS = (
    "OFD.xml",
    "Doc_0/Document.xml",
    "Doc_0/Pages/Page_0/Content.xml",
    "Doc_0/Attachs/Attachments.xml",
    "Doc_0/Attachs/invoice.xml",
    "Doc_0/Tags/CustomTags.xml",
    "Doc_0/Tags/CustomTag.xml",
)
#: between the parts of a packed input
MARK = b"\n%%part%%\n"


def packed(data: bytes) -> bytes:
    """The parts of an input as an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in zip(PARTS, data.split(MARK), strict=False):
            archive.writestr(name, part)
    return out.getvalue()


def parts(data: bytes) -> bytes:
    """The parts of an archive as an input."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        return MARK.join(archive.read(name) if name in names else b"" for name in PARTS)


def one(data: bytes) -> None:
    """An archive as it is, or parts to be packed."""
    held(read_document(data if data.startswith(b"PK") else packed(data), "fuzzed.ofd", SMALL))


if __name__ == "__main__":
    found = builders.plain()
    whole = builders.ofd(found, attach=builders.digital_xml(found), tags=True, custom=True)
    run(one, [whole, parts(whole), parts(builders.ofd(found)), parts(builders.ofd(found, tags=True))])
