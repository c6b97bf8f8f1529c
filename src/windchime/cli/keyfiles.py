"""Files of keys, looked at before anybody needs them: they can be read, and hold what the bank's values are locked with."""

from dataclasses import dataclass, field

from sqlalchemy import Column, func, select

from windchime.data.vault.errors import WrongVaultKey
from windchime.data.vault.keys import AREA as OF_VAULT
from windchime.data.vault.keys import of_tokens
from windchime.data.vault.vault import OWN_FILE
from windchime.service import masters, sealing
from windchime.service.bank import Bank


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """A check of banks; it remembers which columns hold sealed secrets, as finding them is dear."""

    _columns: dict[str, list[Column[bytes]]] = field(default_factory=dict)

    def __call__(self, bank: Bank) -> None:
        """Look at one bank's files; makes none.

        Raises:
            NoMasterSecret: a file that is named, or needed, is not there or holds no secret.
            WrongSecretsKey, WrongVaultKey: it lacks the one that a value is locked with.
        """
        with bank.session() as session:
            if bank.name not in self._columns:
                self._columns[bank.name] = sealing.box_columns(session)
            begins = {
                begin
                for column in self._columns[bank.name]
                for begin in session.scalars(
                    select(func.substr(column, 1, sealing.LABEL_BYTES)).where(sealing.is_box(column)).distinct()
                )
            }
            tokens = of_tokens(session)
        file, used = sealing.key_file(bank), {sealing.label(bytes(begin) + b"\0").key_id for begin in begins}
        if used or bank.secrets_key_file is not None:
            held = {m.master_id for m in masters.read(file, sealing.AREA, bank.name)}
            if lost := sorted(used - held):
                raise sealing.WrongSecretsKey(bank.name, lost[0], file)
        file = bank.vault_key_file or bank.vault_dir / OWN_FILE
        if tokens is not None or bank.vault_key_file is not None:
            held = {m.master_id for m in masters.read(file, OF_VAULT, bank.name)}
            if tokens is not None and tokens[1].master_id not in held:
                raise WrongVaultKey(bank.name, tokens[1].master_id, file)
