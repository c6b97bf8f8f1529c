"""What can be wrong with an input as a whole: each names the file, what was found, what is accepted, what to do."""

from windchime.core.errors import BadCall, BadInput, Refused
from windchime.core.text import _


class NothingToLoad(BadInput):
    """The folder holds none of the pack's files."""

    msgid = _("{folder} holds no file of pack {pack}")
    hint = _("expected {expected}")

    def __init__(self, folder: str, pack: str, expected: str) -> None:
        super().__init__(folder=folder, pack=pack, expected=expected)


class MissingFile(BadInput):
    """A file that the pack cannot do without is not there."""

    msgid = _("{folder} has no {file}, which pack {pack} needs")
    hint = _("put the file there, or choose other parts")

    def __init__(self, folder: str, file: str, pack: str) -> None:
        super().__init__(folder=folder, file=file, pack=pack)


class PackNotDescribed(BadInput):
    """A pack.yaml that is missing or does not say what it must."""

    msgid = _("pack.yaml: {reason}")
    hint = _("it says pack: windchime, label, source, as_of, train: {{features_as_of, labels_as_of}}, simulated")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class NoPack(PackNotDescribed):
    """Files that are no data pack: nothing says what they are."""

    msgid = _("there is no pack.yaml: this is no data pack")
    hint = _(
        "for a file of your own let windchime mapping propose FILE write a mapping and load with --mapping;"
        " for files in the form of the contracts put a pack.yaml beside them (docs/how-to/load-data.md)"
    )

    def __init__(self) -> None:
        super().__init__("pack.yaml")


class NotAFile(BadInput):
    """A path that leads elsewhere: a link out of the folder, a device, a folder."""

    msgid = _("{file} is not an ordinary file of the folder")
    hint = _("copy the file itself into the folder")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


class EmptyFile(BadInput):
    """A file or sheet without a row of data."""

    msgid = _("{file} holds no rows")
    hint = _("check that the export ran to its end, then load again")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


class FileTooLarge(BadInput):
    """A file beyond the limits of its reader."""

    msgid = _("{file}: {what} {found} is more than the accepted {limit}")
    hint = _("split it, deliver Parquet, or raise the limit in the settings of the reader")

    def __init__(self, file: str, what: str, found: int, limit: int) -> None:
        super().__init__(file=file, what=what, found=f"{found:,}", limit=f"{limit:,}")


class NotReadable(BadInput):
    """A file that is not what its name says, or is damaged."""

    msgid = _("{file} cannot be read as {form}: {reason}")
    hint = _("fetch the file again from its source; accepted forms: Parquet, CSV, JSON lines, xlsx")

    def __init__(self, file: str, form: str, reason: str) -> None:
        super().__init__(file=file, form=form, reason=reason)


class FileChanged(BadInput):
    """A file that somebody wrote to while it was loaded: what was checked may not be what is there."""

    msgid = _("{file} changed while it was loaded; nothing was loaded")
    hint = _("load it again once nothing writes to it any more")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


class MacroWorkbook(BadInput):
    """A workbook that carries a program."""

    msgid = _("{file} carries macros and is not opened")
    hint = _("save it as .xlsx without macros and load that")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


class MissingSheet(BadInput):
    """A workbook without a sheet the pack reads."""

    msgid = _("{file} has no sheet {sheet}; it has {found}")
    hint = _("name the sheet as expected: {expected}")

    def __init__(self, file: str, sheet: str, found: str, expected: str) -> None:
        super().__init__(file=file, sheet=sheet, found=found, expected=expected)


class MissingColumn(BadInput):
    """A file or sheet without columns the pack reads."""

    msgid = _("{place} has no column {missing}; it has {found}")
    hint = _("the first row must hold the column names as expected: {expected}")

    def __init__(self, place: str, missing: str, found: str, expected: str) -> None:
        super().__init__(place=place, missing=missing, found=found, expected=expected)


class RepeatedColumn(BadInput):
    """Two columns with one name: nobody can say which is meant."""

    msgid = _("{place} has the column {column} more than once")
    hint = _("remove or rename one of them")

    def __init__(self, place: str, column: str) -> None:
        super().__init__(place=place, column=column)


class EditionLacksRows(Refused):
    """A new edition of a file that was loaded before, with rows gone: the old rows would stay beside the new ones."""

    msgid = _("the new edition of {file} replaces only {replaced} of {loaded} rows that were loaded from it before")
    hint = _("deliver the whole file; to start anew, load into another bank")

    def __init__(self, file: str, replaced: int, loaded: int) -> None:
        super().__init__(file=file, replaced=replaced, loaded=loaded)


class UnknownPart(BadCall):
    """A part that the pack does not have."""

    msgid = _("pack {pack} has no part '{part}'; parts: {parts}")

    def __init__(self, pack: str, part: str, parts: str) -> None:
        super().__init__(pack=pack, part=part, parts=parts)
