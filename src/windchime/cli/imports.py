"""How an import of many rows is told: what was taken, or every row that was refused."""

from typing import TYPE_CHECKING

import typer

from windchime.cli.shell import Shell
from windchime.core.text import _

if TYPE_CHECKING:
    from windchime.portfolio.rights_files import Imported


def told(shell: Shell, done: "Imported") -> None:
    """Say what came of a file; one with refused rows ends the command as bad input."""
    shell.envelope({"imported": done.count}, problems=done.problems)
    for problem in done.problems:
        shell.say("{sentence}", sentence=problem.sentence(shell.lang))
    if done.problems:
        shell.say(_("{count} rows were refused, and nothing was changed"), count=f"{len(done.problems):,}")
        raise typer.Exit(3)
    shell.say(_("{count} rows changed something"), count=f"{done.count:,}")
