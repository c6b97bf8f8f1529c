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


#: functions that sqlglot has no class for and that reckon with their arguments alone; every other one is refused, since
#: nobody can list all that reach out
HARMLESS = frozenset((
    "age", "array_length", "ascii", "bitand", "btrim", "char_length", "concat_ws", "convert_tz", "date_bin",
    "date_format", "date_part", "datediff", "dayname", "find_in_set", "format", "glob", "greatest", "ifnull",
    "instr", "isnull", "json_array", "json_array_length", "json_build_array", "json_build_object",
    "json_extract_path_text", "json_object", "json_quote", "json_type", "json_unquote", "json_valid", "json_value",
    "jsonb_array_length", "jsonb_build_object", "jsonb_extract_path_text", "julianday", "justify_days", "listagg",
    "localtime", "locate", "ltrim", "make_date", "make_interval", "make_timestamp", "maketime", "months_between",
    "nanvl", "next_day", "nls_initcap", "nls_lower", "nls_upper", "nlssort", "num_nonnulls", "num_nulls",
    "numtodsinterval", "numtoyminterval", "overlay", "percentile_cont", "percentile_disc", "period_add",
    "period_diff", "position", "printf", "quote", "quote_ident", "quote_literal", "quote_nullable",
    "ratio_to_report", "regexp_count", "regexp_instr", "regexp_like", "regexp_match", "regexp_matches",
    "regexp_split_to_array", "regexp_substr", "reverse", "rpad", "rtrim", "sign", "split_part", "strftime",
    "string_to_array", "strpos", "substr_count", "substring_index", "sysdate", "systimestamp", "timediff",
    "to_char", "to_clob", "to_date", "to_number", "to_timestamp", "to_timestamp_tz", "total", "trunc", "truncate",
    "typeof", "tz_offset", "unicode", "unistr", "unixepoch", "width_bucket", "wm_concat", "yearweek",
))  # fmt: skip


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

    if "/*!" in query or "/*m!" in query.lower():  # MySQL runs what stands in such comments
        raise NotASelect("/*!")
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
        if isinstance(node, exp.Anonymous) and _name(node) not in HARMLESS:
            raise NotASelect(_name(node)[:40] + "()")
        if isinstance(node, exp.Table) and "@" in node.name:  # a table of another machine
            raise NotASelect(node.name[:40])


def _name(function: "object") -> str:
    from sqlglot import exp

    if isinstance(function, exp.Anonymous):
        return str(function.name).lower()
    assert isinstance(function, exp.Func)
    return function.sql_name().lower()
