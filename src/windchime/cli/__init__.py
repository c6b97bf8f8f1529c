"""The command line: it translates between people and the packages below, and decides nothing."""

import sys


def main() -> None:
    """Entry of the `windchime` command: runs it, and turns errors into a sentence and an exit code.

    Exit codes: 0 done, 1 finished with findings the caller asked to fail on, 2 wrong call, 3 bad input, 4 refused,
    5 internal error, 130 interrupted.
    """
    try:
        from windchime.cli.commands import app
        from windchime.cli.failures import INTERRUPTED, interrupted, report
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        ended = app(standalone_mode=False) or 0
        sys.exit(interrupted() if ended == INTERRUPTED else ended)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last place where an error can be turned into words
        sys.exit(report(error))
