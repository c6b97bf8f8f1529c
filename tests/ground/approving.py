"""A process that approves: `python -m tests.ground.approving HOME BANK ADDRESS NAME ID:SEEN…`; prints how many it effected."""

import sys
from pathlib import Path

from tests.ground.changes import approve

from windchime.core.errors import Refused
from windchime.service.bank import Bank

if __name__ == "__main__":
    home, bank_name, address, name, *proposals = sys.argv[1:]
    bank = Bank.open(Path(home), bank_name, database=address or None)
    print("ready", flush=True)
    sys.stdin.readline()
    done = 0
    for proposal, _colon, seen in (p.partition(":") for p in proposals):
        try:
            done += approve(bank, name, proposal, seen) == "effected"
        except Refused:
            continue
    print(done, flush=True)
