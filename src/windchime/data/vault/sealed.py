"""The values behind the tokens of one load, on their way to the vault; and the functions for rows in quarantine."""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from windchime.core.unit import Unit
from windchime.data.contracts.column import PersonalDataClass
from windchime.data.vault.columns import Staged
from windchime.data.vault.parties import without_number
from windchime.data.vault.prose import Scrubber
from windchime.data.vault.sealing import Sealing, Value
from windchime.data.vault.tokens import Tokeniser
from windchime.data.vault.vault import Vault

#: SQL names: every value with its token, and every token with whose it is
VALUES = '"vault:values"'
PAIRS = '"vault:pairs"'
#: rows of a piece on its way to the vault
CHUNK_ROWS = 50_000
#: how many returned subjects the record of a sealing names
NAMED = 20


class Met:
    """What is met in rows on their way to quarantine: made harmless, and kept to be written.

    It knows nothing of the connection whose SQL functions it serves, so that the two can be let go of.
    """

    def __init__(self, source: str, tokeniser: Tokeniser, scrubber: Scrubber) -> None:
        #: the subject of values that stand in no row of the lake
        self.subject = f"{source}:quarantine"
        #: by token
        self.values: dict[str, Value] = {}
        self._tokeniser = tokeniser
        self._scrubber = scrubber

    def __repr__(self) -> str:
        return f"Met({len(self.values)} values)"

    def token(self, kind: PersonalDataClass, text: str) -> str:
        """The token of a value; a token stays what it is."""
        token = self._tokeniser.token(kind, text)
        if token != text:
            self.values.setdefault(token, Value(self.subject, kind, token, text))
        return token

    def scrub(self, texts: Sequence[str]) -> list[str]:
        """Texts without what is personal in them."""
        done, found = self._scrubber.scrub(texts)
        for one in found:
            self.values.setdefault(one.token, Value(self.subject, one.kind, one.token, one.value))
        return done

    def define(self, con: duckdb.DuckDBPyConnection) -> None:
        """Make the SQL functions; null stays null."""

        def tokens(kinds: pa.Array, texts: pa.Array) -> pa.Array:
            pairs = zip(kinds.to_pylist(), texts.to_pylist(), strict=True)
            return pa.array([None if text is None else self.token(kind, text) for kind, text in pairs], pa.string())

        def scrubbed(texts: pa.Array) -> pa.Array:
            given = texts.to_pylist()
            done = iter(self.scrub([text for text in given if text is not None]))
            return pa.array([None if text is None else next(done) for text in given], pa.string())

        def ids(texts: pa.Array) -> pa.Array:
            hidden = (None if text is None else without_number(text, self._tokeniser) for text in texts.to_pylist())
            return pa.array(list(hidden), pa.string())

        text, kind, nulls = duckdb.sqltypes.VARCHAR, PythonUDFType.ARROW, FunctionNullHandling.SPECIAL
        con.create_function(
            "vault_token", tokens, [text, text], text, type=kind, null_handling=nulls, side_effects=True
        )
        con.create_function("vault_scrub", scrubbed, [text], text, type=kind, null_handling=nulls, side_effects=True)
        con.create_function("vault_id", ids, [text], text, type=kind, null_handling=nulls, side_effects=True)


class Sealed:
    """What `protect` took out of the staged rows.

    It lives as long as the staging connection does. In SQL of that connection stand three functions, for values that go
    to quarantine as the source wrote them: `vault_token(kind, text)`, `vault_scrub(text)` and `vault_id(text)`. What
    the first two meet is written too, under the subject `<source>:quarantine`.

    Attributes:
        met: what those functions met.
    """

    def __init__(self, staging: Staged, vault: Vault, scrubber: Scrubber) -> None:
        self.met = Met(staging.stamp.source, vault.tokeniser, scrubber)
        self._staging = staging
        self._vault = vault
        self.met.define(staging.con)

    def __repr__(self) -> str:
        return "Sealed()"

    def token(self, kind: PersonalDataClass, text: str) -> str:
        """The token of a value that stands in no staged row; it is written with the others."""
        return self.met.token(kind, text)

    def scrub(self, texts: Sequence[str]) -> list[str]:
        """Texts without what is personal in them; what was found is written with the others."""
        return self.met.scrub(texts)

    def write(self, unit: Unit) -> Sealing:
        """Seal the values, in the unit that publishes the load; call it once."""
        done = self._vault.seal_all(unit, self._values())
        if done.values or done.returned:
            after = {
                "values": done.values,
                "subjects": done.subjects,
                "returned": list(done.returned[:NAMED]),
                "returned_count": len(done.returned),
            }
            unit.record("vault.seal", f"load:{self._staging.stamp.load_id}", after=after)
        return done

    def _values(self) -> Iterator[Value]:
        sql = (
            f"SELECT subject, kind, token, value FROM (SELECT DISTINCT subject, kind, token FROM {PAIRS}) "
            f"JOIN (SELECT kind, token, min(value) AS value FROM {VALUES} GROUP BY ALL) USING (kind, token) "
            f"ORDER BY subject, token"
        )
        con = self._staging.con.cursor()
        for batch in con.sql(sql).to_arrow_reader(CHUNK_ROWS):
            columns = (batch.column(name).to_pylist() for name in ("subject", "kind", "token", "value"))
            yield from map(Value, *columns)
        known = {t for (t,) in con.execute(f"SELECT DISTINCT token FROM {PAIRS}").fetchall()} if self.met.values else ()
        yield from (value for token, value in self.met.values.items() if token not in known)
