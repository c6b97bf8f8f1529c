"""What SQL query intake runs at all: one SELECT that writes nothing, reaches no file and calls no other machine."""

from windchime.core.errors import BadCall
from windchime.core.text import Lang, _, translate

#: our names of the dialects sqlglot reads, by SQLAlchemy's names of the databases
DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mysql", "oracle": "oracle"}
#: how names of functions begin that reach files, other machines or the server itself, or that wait
REACHING = (
    "pg_read_",
    "pg_ls_",
    "pg_stat_file",
    "pg_sleep",
    "pg_terminate",
    "pg_cancel",
    "pg_reload",
    "pg_logical",
    "pg_advisory",
    "pg_try_advisory",
    "pg_switch",
    "pg_export",
    "pg_notify",
    "set_config",
    "lo_",
    "dblink",
    "query_to_xml",
    "table_to_xml",
    "cursor_to_xml",
    "database_to_xml",
    "schema_to_xml",
    "nextval",
    "setval",
    "currval",
    "load_extension",
    "readfile",
    "writefile",
    "edit",
    "fts3_tokenizer",
    "load_file",
    "sleep",
    "benchmark",
    "get_lock",
    "utl_",
    "dbms_",
    "sys_eval",
    "sys_exec",
    "httpuri",
)


class NotASelect(BadCall):
    """A query that is not one plain SELECT."""

    msgid = _("the query is not accepted: {reason}")
    hint = _("give one SELECT (or WITH … SELECT) that reads tables and views only")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)

    def message(self, lang: Lang) -> str:
        """The sentence, with the reason in the reader's language."""
        params = self.params | {"reason": translate(self.params["reason"], lang)}
        return ("；" if lang == "zh" else "; ").join(translate(m, lang, **params) for m in (self.msgid, self.hint))


def only_select(query: str, database: str) -> None:
    """Let one SELECT pass and refuse everything else; the read-only transaction behind it is the second lock.

    Raises:
        NotASelect: says what in the query is not accepted.
    """
    import sqlglot
    from sqlglot import exp

    try:
        statements = [s for s in sqlglot.parse(query, dialect=DIALECTS[database]) if s is not None]
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
        raise NotASelect(_("it cannot be read as SQL")) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise NotASelect(_("it is not exactly one SELECT"))
    writing = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Pragma, exp.Set, exp.Attach, exp.Detach)
    for node in statements[0].walk():
        if isinstance(node, writing) and not isinstance(node, exp.Query):
            raise NotASelect(_("it writes or locks"))
        if isinstance(node, exp.Dot) and node.sql().lower().replace('"', "").startswith(REACHING):
            raise NotASelect(node.sql()[:40])
        if isinstance(node, exp.Func) and _name(node).startswith(REACHING):
            raise NotASelect(_name(node) + "()")


def _name(function: "object") -> str:
    from sqlglot import exp

    if isinstance(function, exp.Anonymous):
        return str(function.name).lower()
    assert isinstance(function, exp.Func)
    return function.sql_name().lower()
