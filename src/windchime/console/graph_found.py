"""What the newest run of the graph found, as pages show it: rows of its tables about a firm, the largest of all, counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windchime.console import addresses, answers
from windchime.console.graph_evidence import evidence_of, rows_named, sentences
from windchime.console.veil import Veil
from windchime.core.text import Lang, Text
from windchime.data.contracts import Contract, contract, contracts
from windchime.data.contracts.column import Column
from windchime.data.showing import said
from windchime.data.vault.masking import shown
from windchime.graph.results import Run
from windchime.graph.views.network import Network
from windchime.portfolio.shown.shelf import Shelf
from windchime.present import formats

#: pieces of evidence that a row leads to
_MOST_ROWS = 6
#: parts of the answers: anchor, heading, tables
PARTS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("control", Text("股权与控制", "Owners and control"), ("control_links",)),
    ("group", Text("集团与关联客户", "Connected group"), ("group_members",)),
    ("circles", Text("担保圈", "Guarantee circles"), ("guarantee_circles",)),
    ("hidden", Text("隐性关联", "Hidden ties"), ("hidden_ties", "hidden_controllers")),
    ("loops", Text("资金与发票回路", "Loops of money and invoices"), ("money_loops", "money_patterns")),
    ("supply", Text("供应链", "Supply chain"), ("supply_links",)),
    ("contagion", Text("风险传染", "Contagion"), ("contagion_ranks",)),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of an answer."""

    text: str
    #: the graph of the firm or person it names; empty for other values
    href: str = ""
    #: whether it stands at the right
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row of a result table."""

    cells: tuple[Cell, ...]
    #: its evidence in words; empty where its columns say all there is
    sentences: tuple[str, ...]
    #: rows of the library it rests on: table, key, address
    behind: tuple[tuple[Text, str, str], ...]
    #: its own row; empty where it may not be opened
    href: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What one result table says of a firm."""

    table: str
    label: Text
    #: whether the lake version holds the table
    is_loaded: bool
    columns: tuple[tuple[Text, bool], ...]
    rows: tuple[AnswerRow, ...]
    #: rows there are; more than `rows` where a page cannot hold them
    of: int


@dataclass(frozen=True, slots=True)
class Part:
    """One question about a firm, answered."""

    anchor: str
    title: Text
    answers: tuple[Answer, ...]

    @property
    def count(self) -> int:
        """Rows in all."""
        return sum(a.of for a in self.answers)


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything the newest run says of a firm, and where it says nothing."""

    parts: tuple[Part, ...]

    @property
    def anchors(self) -> list[tuple[str, Text]]:
        """Place on the page and heading of each part that says something."""
        return [(p.anchor, p.title) for p in self.parts if p.count]

    @property
    def quiet(self) -> list[Text]:
        """Tables that say nothing of the firm."""
        return [a.label for p in self.parts for a in p.answers if a.is_loaded and not a.rows]

    @property
    def unasked(self) -> list[Text]:
        """Tables that no run has filled."""
        return [a.label for p in self.parts for a in p.answers if not a.is_loaded]


@dataclass(frozen=True, slots=True)
class Large:
    """One group, circle or loop."""

    #: one of its members: its head where it has one
    name: str
    href: str
    #: what kind of thing it is, in words; empty where there is one kind alone
    kind: Text | str
    members: int


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest things of one kind."""

    title: Text
    rows: tuple[Large, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What the newest run found in one table."""

    label: Text
    href: str
    found: int
    changed: int
    withdrawn: int


def answers_about(
    shelf: Shelf, node: str, network: Network | None, names: Mapping[str, str], lang: Lang, run: Run, veil: Veil
) -> Answers:
    """What the newest run found about a firm, as far as it may be seen; a table that it left empty was asked all the same."""
    return Answers(
        tuple(
            Part(
                anchor,
                title,
                tuple(_answer(shelf, t, node, network, names, lang, run, veil) for t in tables if t in contracts()),
            )
            for anchor, title, tables in PARTS
        )
    )


def _answer(
    shelf: Shelf,
    table: str,
    node: str,
    network: Network | None,
    names: Mapping[str, str],
    lang: Lang,
    run: Run,
    veil: Veil,
) -> Answer:
    card = contract(table)
    rows = answers.about(shelf, table, node)
    columns = answers.told(card, rows)

    held = answers.parties(card)

    def name(other: str) -> str:
        return veil.called(other, network, names, lang)

    def row(found: Mapping[str, Any]) -> AnswerRow:
        evidence = evidence_of(found)
        # of a thing that several firms belong to, the rows of strangers say that they belong to it and no more
        own = veil.lifted or any(found[c] in veil for c in held)
        cells = (
            _cell(card, c, found[c], network, names, lang, veil) if own or c in held else Cell("") for c in columns
        )
        return AnswerRow(
            tuple(cells),
            sentences(table, found, evidence, lang, name) if own else (),
            # keys of rows name the parties
            _behind(evidence) if veil.lifted else (),
            addresses.keyed_row(table, "|".join(str(found[k]) for k in card.key)) if veil.lifted else "",
        )

    return Answer(
        table,
        card.label,
        shelf.has(table) or table in run.body["tables"],
        tuple((card[c].label, _is_number(card[c])) for c in columns),
        tuple(map(row, rows)),
        rows[0]["of"] if rows else 0,
    )


def _is_number(column: Column) -> bool:
    return column.type in {"money", "rate", "number", "quantity", "int", "price"} and not column.values


def _cell(
    card: Contract, column: str, value: Any, network: Network | None, names: Mapping[str, str], lang: Lang, veil: Veil
) -> Cell:
    found = card[column]
    if value is None:
        return Cell("")
    if column in answers.parties(card):
        href = veil.href(value) if network is None or value in network else ""
        return Cell(veil.called(value, network, names, lang), href)
    if found.type == "rate" or found.unit == "fraction":
        return Cell(formats.percent(value), "", is_number=True)
    if found.type == "number":
        return Cell(formats.number(value, 2), "", is_number=True)
    return Cell(said(found, value)[lang], "", _is_number(found))


def _behind(evidence: Any) -> tuple[tuple[Text, str, str], ...]:
    """Rows of the library that a piece of evidence names, each once."""
    found = dict.fromkeys(rows_named(evidence))
    return tuple((contract(t).label, shown(row), addresses.keyed_row(t, row)) for t, row in list(found)[:_MOST_ROWS])


def tables(run: Run) -> tuple[Found, ...]:
    """What a run found, table by table."""
    return tuple(
        Found(_label(t), addresses.table(t), c["found"], c["changed"], c["withdrawn"])
        for t, c in run.body["tables"].items()
    )


def _label(table: str) -> Text:
    return contract(table).label if table in contracts() else Text(table, table)


def largest(shelf: Shelf, names: Mapping[str, str]) -> tuple[Largest, ...]:
    """The largest groups, circles and loops that the newest run found."""
    return tuple(
        Largest(title, tuple(_large(contract(table), r, names) for r in rows))
        for _anchor, title, named in PARTS
        for table in named
        if table in contracts() and (rows := answers.largest(shelf, table))
    )


def _large(card: Contract, row: Mapping[str, Any], names: Mapping[str, str]) -> Large:
    kind = card[row["kind_column"]].values[row["kind"]] if row["kind_column"] else ""
    return Large(names.get(row["head"], shown(row["head"])), addresses.graph(row["head"]), kind, row["members"])
