"""What every command shares: settings, the bank, who acts, and the two ways of speaking (people and `--json`)."""

import getpass
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from windchime.core.canonical import canonical
from windchime.core.clock import Clock, SystemClock
from windchime.core.dates import parse_date
from windchime.core.problems import Problem
from windchime.core.settings import Settings
from windchime.core.text import Lang, _, plainly, translate
from windchime.core.unit import Actor

if TYPE_CHECKING:
    from windchime.service.bank import Bank

#: version of the JSON envelope
ENVELOPE = "windchime/1"
#: columns a table may take in a file or a pipe, where nothing needs to be folded
FILE_WIDTH = 10_000


@dataclass
class Shell:
    """The state of one run of the command line."""

    settings: Settings
    json: bool = False
    clock: Clock = field(default_factory=SystemClock)
    out: Console = field(default_factory=lambda: Console(soft_wrap=True))
    err: Console = field(default_factory=lambda: Console(stderr=True, soft_wrap=True))

    @property
    def lang(self) -> Lang:
        """The language messages are spoken in."""
        return self.settings.lang

    @cached_property
    def bank(self) -> "Bank":
        """The bank's home, opened when first needed."""
        from windchime.service.banks import Banks

        banks = Banks.of(self.settings)
        entry = banks.by_name(self.settings.bank)
        home, name = self.settings.home, self.settings.bank
        if name != "default" and not (home / "banks" / name).exists() and not self.json:
            msgid = _("bank {bank} is new: it is set up, empty, in {folder}")
            self.err.print(translate(msgid, self.lang, bank=name, folder=home / "banks" / name), markup=False)
        return banks.open(entry, clock=self.clock)

    def ready(self, actor: str | None = None) -> None:
        """See that a bank without accounts has content to decide by: what ships, published in the actor's name."""
        from windchime.portfolio.setting_up import begin

        begin(self.bank, self.actor(actor))

    def actor(self, name: str | None) -> Actor:
        """Who acts: the name given, or the system's user; the audit chain is told the system's user in either case."""
        return Actor(name or os_user(), origin=self.origin)

    @property
    def origin(self) -> str:
        """Where changes come from, in the audit chain: this machine, and who sits at it by the word of the system."""
        return f"machine {os_user()}"

    def checker(self, name: str | None, permission: str | None = None) -> Actor:
        """Who checks what another made: once the bank has accounts, whoever shows password and code of an open one.

        Args:
            name: of the account; by default the system's user.
            permission: what the account must be allowed, where the step itself does not ask.

        Raises:
            NoOpenAccount, SignInRefused, UnfinishedAccount, MayNot: as `portfolio.proof` raises them.
        """
        from windchime.portfolio import proof

        actor = self.actor(name)
        if not proof.has_accounts(self.bank):
            return actor
        account, code_wanted = proof.open_account(self.bank, actor.name)
        password, code = self.proof(code_wanted)
        proof.show(self.bank, account, password, code, origin=self.origin)
        actor = Actor(account, origin=self.origin)
        if permission is not None:
            proof.let(self.bank, actor, permission)
        return actor

    def proof(self, code_wanted: bool) -> tuple[str, str]:
        """Password and code of an account, asked for."""
        password = self.asked(_("password of the account (not shown)"))
        return password, self.asked(_("one-time code (not shown)")) if code_wanted else ""

    def asked(self, msgid: str) -> str:
        """A value that must not stand on the command line: asked for without showing it, or a line of standard input."""
        if sys.stdin.isatty():
            import typer

            return str(typer.prompt(translate(msgid, self.lang), hide_input=True, err=True))
        return sys.stdin.readline().rstrip("\r\n")

    def say(self, msgid: str, /, **params: Any) -> None:
        """Tell people; `--json` keeps silent."""
        if not self.json:
            self.out.print(plainly(translate(msgid, self.lang, **params)), highlight=False, markup=False)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
        """Show rows to people; columns in `right` hold numbers."""
        if self.json:
            return
        shown = Table(box=None, pad_edge=False, header_style="bold")
        for number, heading in enumerate(headings):
            shown.add_column(
                translate(heading, self.lang), justify="right" if number in right else "left", overflow="fold"
            )
        for row in rows:
            shown.add_row(*(plainly(cell) for cell in row))
        if self.out.is_terminal:
            self.out.print(shown)
            return
        paper = Console(width=FILE_WIDTH, color_system=None)
        with paper.capture() as drawn:
            paper.print(shown)
        self.out.file.write("\n".join(line.rstrip() for line in drawn.get().splitlines()) + "\n")

    def envelope(
        self,
        payload: Mapping[str, Any],
        *,
        lake_version: int | None = None,
        as_of: date | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        """Print the one JSON document of a run; silent without `--json`."""
        if self.json:
            body = {
                "schema": ENVELOPE,
                "bank": self.settings.bank,
                "lake_version": lake_version,
                "as_of": as_of,
                "problems": [p.as_dict() for p in problems],
                **payload,
            }
            sys.stdout.write(json.dumps(json.loads(canonical(body)), ensure_ascii=False, indent=1) + "\n")

    @contextmanager
    def progress(self) -> Iterator[Any]:
        """A bar on the error stream that follows `core.progress.Progress` calls; nothing when it is no terminal."""
        if self.json or not self.err.is_terminal:
            yield lambda _step, _done, _total: None
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.err, transient=True) as bars:
            tasks: dict[str, TaskID] = {}

            def told(step: str, done: int, total: int) -> None:
                if step not in tasks:
                    tasks[step] = bars.add_task(translate(step, self.lang), total=total or None)
                bars.update(tasks[step], completed=done, total=total or None)

            yield told


def os_user() -> str:
    """The user this program runs as; the environment, which anybody sets, does not count where the system itself says."""
    try:
        import pwd
    except ImportError:  # Windows
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container with a user of its own number
        return f"uid {os.getuid()}"


def as_date(text: str | None) -> date | None:
    """An option that is a date."""
    return None if text is None else parse_date(text)
