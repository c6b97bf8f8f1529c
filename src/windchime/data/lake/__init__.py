"""The versioned lake: Delta tables whose versions are bound together by one pointer in the operational database."""

from windchime.data.lake.lake import Lake, LakeBusy, UnusablePath
from windchime.data.lake.versions import LakeVersion, NoLakeVersion, head, log, version

__all__ = ["Lake", "LakeBusy", "LakeVersion", "NoLakeVersion", "UnusablePath", "head", "log", "version"]
