"""The validation pack of a version in a bank's store, on the bank's own library, as files; each writing is in the audit chain."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore
from windchime.core.canonical import sha256
from windchime.core.text import LANGS, Lang, Text, _
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.lake import Lake
from windchime.data.packs import packs
from windchime.decision.release import release
from windchime.documents.validation import ValidationPack
from windchime.present import formats
from windchime.risk.scorecards.bank_comparison import beside_others
from windchime.risk.scorecards.bank_sample import measured_in, sample_in
from windchime.risk.scorecards.pack import examine
from windchime.risk.scorecards.settings import Settings
from windchime.risk.scorecards.store import ModelStore, find
from windchime.risk.scorecards.workbench import Workbench
from windchime.service.bank import Bank


def bank_pack(
    bank: Bank, version: str, *, by: str, features_as_of: date | None = None, labels_as_of: date | None = None
) -> ValidationPack:
    """Examine a version on the firms whose outcome the lake knows.

    As of the date it was trained by, each firm is judged by the fold that did not see it; as of a later one by the model
    itself (firms it was trained on are left out until the day its labels were known), and the firms it was trained on are
    the reference of stability. Attributes that the bank declares lawful are taken
    from the register of firms.

    Args:
        bank: whose library and models.
        version: of the model, or its first characters.
        by: who asks.
        features_as_of: date of the features; the newest pack's by default.
        labels_as_of: outcomes as known at this date; the newest pack's by default.

    Raises:
        UnknownName: no such version.
        NoLakeVersion: nothing was loaded yet.
        BeforeTraining: the figures are older than those it was trained on.
        NothingInCommon: too few firms to judge.
    """
    store, content = ModelStore(bank.models_dir), ContentStore(bank.content_dir)
    with bank.session() as session:
        row = find(session, version)
        model = store.load(session, row.version)
        sample = sample_in(bank, session, features_as_of=features_as_of, labels_as_of=labels_as_of)
        document = content.published(session, "schemes", "scorecard", sample.features_as_of)
        scheme = Scheme.of(document.body)
        bench = Workbench.of(scheme, sample.features_as_of)
        found = beside_others(store, session, row.version, sample)
        table = sample.table[found.rows]
        development = None
        if found.how != "out_of_fold":
            data = store.card(session, row.version).body["data"]
            then = measured_in(
                bank, session, date.fromisoformat(data["features_as_of"]), lake_version=data["lake_version"]
            )
            trained = store.oof(session, row.version)["firm_id"].to_list()
            development = then.table.filter(pl.col("firm_id").is_in(trained))
        attributes = {}
        if bench.fairness.attributes:
            with Lake(bank.lake_dir).reading(
                session, as_of=sample.features_as_of, lake_version=sample.lake_version
            ) as reading:
                wanted = [c for c in bench.fairness.attributes if c in {f.name for f in contract("firms").columns}]
                told = pl.DataFrame(pl.from_arrow(reading.table("firms").select("firm_id", *wanted).to_pyarrow()))
            known = table.select("firm_id").join(
                told.unique("firm_id"), on="firm_id", how="left", maintain_order="left"
            )
            attributes = {c: known[c] for c in wanted}
        simulated = any(p.simulated for p in packs(session))
        examined = examine(
            model,
            table.drop("firm_id"),
            found.bad,
            how=found.how,
            probability=found.probability,
            development=development,
            rivals={f"{find(session, v).model} {v[:12]}": p for v, (p, _how) in found.others.items()},
            attributes=attributes,
            settings=Settings.of(scheme, sample.features_as_of),
            workbench=bench,
        )
    facts = (
        (_("features as of"), formats.day(sample.features_as_of)),
        (_("labels as of"), formats.day(sample.labels_as_of)),
        (_("lake version"), str(sample.lake_version)),
        (_("release"), release()),
    )
    footer = (
        (_("generated at {instant}"), {"instant": formats.instant(bank.clock.now())}),
        (_("by {name}"), {"name": by}),
        (_("Windchime {release}"), {"release": release()}),
        (_("bank {bank}"), {"bank": bank.name}),
    )
    named = Text(f"{bank.name} 的数据湖", f"the lake of {bank.name}")
    return ValidationPack(examined, named, facts, footer, simulated)


def write_validation(
    bank: Bank,
    actor: Actor,
    folder: Path,
    version: str,
    *,
    features_as_of: date | None = None,
    labels_as_of: date | None = None,
    langs: Sequence[Lang] = LANGS,
) -> tuple[ValidationPack, tuple[Path, ...]]:
    """Write the pack, one HTML page and one PDF a language, and record that it was; raises as `bank_pack`."""
    pack = bank_pack(bank, version, by=actor.name, features_as_of=features_as_of, labels_as_of=labels_as_of)
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[Path, str] = {}
    for lang in langs:
        for suffix, data in (("html", pack.html(lang)), ("pdf", pack.pdf(lang, generated_at=bank.clock.now()))):
            path = folder / f"validation-{pack.examined.version[:12]}.{lang}.{suffix}"
            part = path.with_name(path.name + ".part")
            part.write_bytes(data)
            part.replace(path)
            written[path] = sha256(data)
    with bank.unit(actor) as unit:
        subject = f"{pack.examined.model}:{pack.examined.version}"
        unit.record(
            "model.examine", subject, after={"files": {p.name: h for p, h in written.items()}, "how": pack.examined.how}
        )
    return pack, tuple(written)
