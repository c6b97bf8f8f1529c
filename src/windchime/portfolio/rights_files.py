"""Consents and customers from a CSV file: every row is examined, and all are taken or none."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from re import sub

from windchime.core.clock import today
from windchime.core.dates import parse_date
from windchime.core.errors import BadInput, WindchimeError
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.portfolio import known_firms
from windchime.portfolio.access import purposes
from windchime.service.access import consents, customers
from windchime.service.access.consents import Terms
from windchime.service.access.customers import Belonging
from windchime.service.bank import Bank

CONSENTS = ("firm_id", "purpose", "categories", "given_by", "document", "valid_from", "valid_to")
CUSTOMERS = ("firm_id", "branch", "manager", "applicant")
#: longest row that is read, in characters
_LONGEST = 4000


class WrongColumns(BadInput):
    """A file that is not CSV in UTF-8 with the columns it should have."""

    msgid = _("{file} is no CSV file in UTF-8 with the columns {columns}")

    def __init__(self, file: Path, columns: tuple[str, ...]) -> None:
        super().__init__(file=file.name, columns=", ".join(columns))


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file."""

    #: rows that changed something; 0 where any row was refused
    count: int
    #: why rows were refused, by row; empty where all were taken
    problems: tuple[Problem, ...]


class _Refused(Exception):
    """Ends the transaction of a file with refused rows."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__()


def import_customers(bank: Bank, actor: Actor, file: Path, reason: str = "") -> Imported:
    """Say of many firms whose customers they are.

    Raises:
        WrongColumns: the file cannot be read.
    """
    with bank.session() as session:
        firms = known_firms.known(bank, session)

    def take(unit: Unit, row: Mapping[str, str]) -> bool:
        wanted = Belonging(*(row[c] for c in CUSTOMERS))
        customers.examine(unit.session, wanted)
        _demand(wanted.firm_id, known=wanted.firm_id in firms)
        return customers.assign(unit, wanted, reason)

    return _imported(bank, actor, file, CUSTOMERS, take)


def import_consents(bank: Bank, actor: Actor, file: Path) -> Imported:
    """Record many consents; kinds of data are separated by blanks, an empty first day is today.

    Raises:
        WrongColumns: the file cannot be read.
    """
    with bank.session() as session:
        known, firms = purposes(bank, session).known, known_firms.known(bank, session)

    def take(unit: Unit, row: Mapping[str, str]) -> bool:
        _demand(row["firm_id"], known=known_firms.can_agree(unit.session, row["firm_id"], firms))
        first = parse_date(row["valid_from"]) if row["valid_from"] else today(bank.clock)
        kinds = tuple(row["categories"].split())
        terms = Terms(row["firm_id"], row["purpose"], kinds, first, parse_date(row["valid_to"]))
        consents.record(unit, terms, given_by=row["given_by"], document=row["document"], known=known)
        return True

    return _imported(bank, actor, file, CONSENTS, take)


def _demand(firm_id: str, *, known: bool) -> None:
    if not known:
        # like ones are not looked for: it would be done for each wrong row of a long file
        raise known_firms.NoSuchFirm(firm_id, ())


def _imported(
    bank: Bank, actor: Actor, file: Path, columns: tuple[str, ...], take: Callable[[Unit, Mapping[str, str]], bool]
) -> Imported:
    try:
        with bank.unit(actor) as unit:
            return Imported(_taken(unit, file, columns, take), ())
    except _Refused as refused:
        return Imported(0, refused.problems)


def _taken(unit: Unit, file: Path, columns: tuple[str, ...], take: Callable[[Unit, Mapping[str, str]], bool]) -> int:
    """How many rows changed something; raises where any was refused."""
    problems: list[Problem] = []
    changed = 0
    for number, row in _rows(file, columns):
        try:
            changed += take(unit, row)
        except WindchimeError as refused:
            code = sub("(?<!^)(?=[A-Z])", "_", refused.code).lower()
            problems.append(Problem(code, refused.msgid, file=file.name, row=number, params=refused.params))
    if problems:
        raise _Refused(tuple(problems))
    return changed


def _rows(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their numbers, the heading being the first."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            if set(reader.fieldnames or ()) != set(columns):
                raise WrongColumns(file, columns)
            for row in reader:
                if None in row or None in row.values() or sum(map(len, row.values())) > _LONGEST:
                    raise WrongColumns(file, columns)
                yield reader.line_num, {k: v.strip() for k, v in row.items()}
    except (OSError, UnicodeDecodeError, csv.Error):
        raise WrongColumns(file, columns) from None
