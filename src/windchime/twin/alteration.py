"""The list of sales that some firms change before they hand it to the bank; their buyers' copies stay what they were."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from windchime.twin import draws, numbering
from windchime.twin.calibration import Bools, Ints
from windchime.twin.rows import Rows
from windchime.twin.source import dates, firm_ids, yuan
from windchime.twin.world import World


def shown(world: World, reporter: Ints, direction: Ints, rows: Rows) -> Rows:
    """What stands in the lists in place of the true rows: larger, later, for another buyer, not void."""
    cal, own = world.cal["intents.alteration"], world.intents.altered[reporter] & (direction == 0)
    if not own.any():
        return rows
    key = world.rng.key("altered", rows.seller, rows.number, rows.day)
    blue = own & (rows.total > 0)
    low, high = cal["factor"]
    factor = low + (high - low) * draws.uniform(key, 1)
    larger: Bools = blue & ~rows.void & (draws.uniform(key, 0) < cal["amount"])
    moved: Bools = blue & ~rows.void & (draws.uniform(key, 2) < cal["day"])
    year = rows.day.astype("datetime64[D]").astype("datetime64[Y]") + 1
    last = np.minimum(year.astype("datetime64[D]").astype(np.int64), world.end) - 1
    swapped: Bools = blue & (draws.uniform(key, 4) < cal["buyer"])
    other = len(world.firms) + draws.whole(key, 5, 300, world.market.outside - 1)
    return replace(
        rows,
        total=np.where(larger, np.round(rows.total * factor / 100).astype(np.int64) * 100, rows.total),
        day=np.where(moved, np.minimum(rows.day + draws.whole(key, 3, 5, cal["days"]), last), rows.day),
        buyer=np.where(swapped, other, rows.buyer),
        void=rows.void & ~(own & (draws.uniform(key, 6) < cal["void"])),
    )


def altered_row(world: World, reporter: Ints, true: Rows, seen: Rows) -> pa.Table:
    """Each field that was changed: row, field, what is true and what is shown."""
    changed = {
        "total": (true.total != seen.total, yuan(true.total), yuan(seen.total)),
        "issue_date": (true.day != seen.day, dates(true.day), dates(seen.day)),
        "buyer_id": (true.buyer != seen.buyer, firm_ids(world, true.buyer), firm_ids(world, seen.buyer)),
        "status": (
            true.void != seen.void,
            pa.array(np.full(len(true), "void")),
            pa.array(np.full(len(true), "normal")),
        ),
    }
    parts = []
    for field, (there, before, after) in changed.items():
        at = pa.array(np.flatnonzero(there))
        parts.append(
            pa.table(
                {
                    "firm_id": firm_ids(world, reporter[there]),
                    "invoice_no": numbering.number_text(true.number[there]),
                    "field": pa.array(np.full(int(there.sum()), field)).cast(pa.string()),
                    "true_value": before.take(at).cast(pa.string()),
                    "shown_value": after.take(at).cast(pa.string()),
                    "position": at,
                }
            )
        )
    found = pa.concat_tables(parts).sort_by([("position", "ascending"), ("field", "ascending")])
    return found.drop_columns(["position"])
