"""The command line: it translates between people and the packages below, and decides nothing."""

import sys


def main() -> None:
    """Entry of the `windchime` command: runs it, and turns errors of the project into a sentence and an exit code.

    Exit codes: 0 done, 1 finished with findings the caller asked to fail on, 2 wrong call, 3 bad input, 4 refused,
    5 internal error.
    """
    from windchime.cli.commands import app
    from windchime.cli.failures import report

    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last place where an error can be turned into words
        sys.exit(report(error))
