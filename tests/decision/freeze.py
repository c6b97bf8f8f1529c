"""Decisions kept as a release wrote them, with the content and the model they cite, so that later releases are held to them.

`python -m tests.decision.freeze` writes the file anew. After a release has gone out the file of its format never changes.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.decision.helpers import ANNA, AS_OF, BO, a_bank
from tests.decision.shop import frames, keep, load, models

from windchime.content.store import ContentStore
from windchime.core.canonical import sha256
from windchime.decision import log
from windchime.decision.desk import decide_all
from windchime.decision.document import read
from windchime.decision.publication import set_up
from windchime.service.bank import Bank

FROZEN = Path(__file__).parent / "data" / "format_1.json"


def freeze() -> dict[str, Any]:
    """Decide a shop with a scorecard alone, and keep documents, content and model."""
    with tempfile.TemporaryDirectory() as home:
        bank = a_bank(Path(home))
        set_up(bank, BO)
        load(bank, frames())
        model = models()[0].dump()
        keep(bank, "scorecard", model)
        documents = [d.bytes.decode() for d in decide_all(bank, BO, as_of=AS_OF).documents]
        cites = read(documents[0]).cites
        store = ContentStore(bank.content_dir)
        versions = {c.version for c in (cites.product, cites.policy, *cites.schemes.values())}
        content = sorted(store.bytes_of(v).decode() for v in versions)
        bank.close()
    return {"documents": documents, "content": content, "scorecard": model.decode()}


def thawed(home: Path, frozen: dict[str, Any]) -> Bank:
    """A bank that holds nothing but what was kept."""
    bank = a_bank(home)
    for content in frozen["content"]:
        (bank.content_dir / f"{sha256(content.encode())}.yaml").write_bytes(content.encode())
    keep(bank, "scorecard", frozen["scorecard"].encode())
    with bank.unit(ANNA) as unit:
        log.write(unit, [read(d) for d in frozen["documents"]])
    return bank


if __name__ == "__main__":
    FROZEN.parent.mkdir(exist_ok=True)
    FROZEN.write_text(json.dumps(freeze(), ensure_ascii=False, indent=1) + "\n")
