"""Personal data: tokens for the lake, values encrypted with a key per person or firm, erased by destroying the key."""

from windchime.data.vault.erasing import Erasure, erase
from windchime.data.vault.protect import protect
from windchime.data.vault.rotation import Rotation, rotate
from windchime.data.vault.sealed import Sealed
from windchime.data.vault.sealing import Sealing, Value
from windchime.data.vault.turning import Turning, turn
from windchime.data.vault.vault import Vault

__all__ = [
    "Erasure",
    "Rotation",
    "Sealed",
    "Sealing",
    "Turning",
    "Value",
    "Vault",
    "erase",
    "protect",
    "rotate",
    "turn",
]
