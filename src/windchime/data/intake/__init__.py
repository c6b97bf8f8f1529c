"""Intake: files are held against the contracts; good rows go to the lake, bad ones to quarantine, none is lost."""

from windchime.data.intake.limits import Limits
from windchime.data.intake.loading import load, load_query
from windchime.data.intake.quarantine import Fault, Quarantined, quarantined
from windchime.data.intake.repair import Repair, repair
from windchime.data.intake.report import Counts, LoadReport, Note
from windchime.data.intake.sqlsource import SqlSource
from windchime.data.packs import Pack, packs

__all__ = [
    "Counts",
    "Fault",
    "Limits",
    "LoadReport",
    "Note",
    "Pack",
    "Quarantined",
    "Repair",
    "SqlSource",
    "load",
    "load_query",
    "packs",
    "quarantined",
    "repair",
]
