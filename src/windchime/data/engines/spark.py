"""The library on Spark: the Parquet files of one lake version as views of a session, read with their contracts' schema.

The expressions are those of DuckDB, and so are the answers: amounts to the cent, ratios to nine digits. Every worker must
reach the lake's folder under the same path.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import ibis

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.data.contracts import contract

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: what our expressions rely on; the rest is the cluster's own configuration
CONFIGURATION = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}
#: characters that Spark takes for patterns in a path
PATTERNS = "\\{}[]*?"


class NoSpark(BadCall):
    """Spark was asked for and is not installed, or finds no Java."""

    msgid = _("Spark cannot be started: {reason}")
    hint = _("install requirements/spark.lock and a Java runtime (17 or later), or unset WINDCHIME_ENGINE")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


def session() -> "SparkSession":
    """The session of this process: the one that `spark-submit` or a notebook made, else one on this machine's cores.

    Raises:
        NoSpark: it cannot be had.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise NoSpark(str(error)) from None
    if active := SparkSession.getActiveSession():
        return active
    builder = SparkSession.builder.appName("windchime").config("spark.ui.enabled", "false")
    try:
        found: SparkSession = builder.getOrCreate()
    except (PySparkException, RuntimeError, OSError) as error:
        raise NoSpark((str(error).splitlines() or [type(error).__name__])[0]) from None
    found.sparkContext.setLogLevel("ERROR")
    return found


@contextmanager
def backend(tables: Mapping[str, Sequence[str]], _spill: str = "") -> Iterator[ibis.BaseBackend]:
    """An Ibis backend in whose session each table stands as a temporary view over its files; dropped at the end.

    Args:
        tables: Parquet files of each table, by the name of its contract.
        _spill: Spark spills where it was told to (`spark.local.dir`).

    Raises:
        NoSpark: no session can be had.
    """
    from ibis.backends.pyspark.datatypes import PySparkSchema

    spark = session().newSession()
    for name, value in CONFIGURATION.items():
        spark.conf.set(name, value)
    for name, files in tables.items():
        form = ibis.Schema.from_pyarrow(contract(name).arrow_schema())
        schema = PySparkSchema.from_ibis(ibis.schema({c: kind(nullable=True) for c, kind in form.items()}))
        frame = spark.read.schema(schema).parquet(*map(escaped, files)) if files else spark.createDataFrame([], schema)
        frame.createOrReplaceTempView(name)
    con = ibis.pyspark.connect(spark)
    try:
        yield con
    finally:
        for name in tables:
            spark.catalog.dropTempView(name)


def escaped(path: str) -> str:
    """A path in which Spark sees no pattern."""
    return "".join(f"\\{c}" if c in PATTERNS else c for c in path)
