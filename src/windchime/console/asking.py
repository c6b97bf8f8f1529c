"""Small things pages share: what a link says it wants, downloads, the state of the house."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console.frame import Frame
from windchime.core.dates import NotADate, parse_date
from windchime.core.text import Text
from windchime.present import exports
from windchime.present.web import Column, Empty

MIMES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
}
NOTHING_LOADED = Empty(
    Text("还没有数据。这里会列出企业、决策和额度。", "No data yet. Firms, decisions and limits would be listed here."),
    Text(
        "加载数据包：windchime load --pack 名称 文件夹；或运行仿真区域：windchime demo",
        "Load a pack: windchime load --pack NAME FOLDER; or run a simulated region: windchime demo",
    ),
)
NO_CUSTOMERS = Empty(
    Text("没有归您查看的企业。", "No firm is yours to see."),
    Text(
        "客户由管理层分配、合规人员复核，请向其申请",
        "Customers are assigned by management and checked by compliance: ask them",
    ),
)
NOTHING_DECIDED = Empty(
    Text("数据已加载，但还没有决策。", "Data are loaded, but nothing was decided yet."),
    Text(
        "先训练并发布模型：windchime model train；然后对全部企业作出决策：windchime decide --all",
        "Train and publish a model first: windchime model train; then decide every firm: windchime decide --all",
    ),
)


def one_of(value: str, known: Sequence[str]) -> str:
    """A part of an address that must be one of a few words.

    Raises:
        HTTPException: 404.
    """
    if value not in known:
        raise HTTPException(404)
    return value


def asked_date(text: str | None) -> date | None:
    """A date from an address; None where there is none or it cannot be read."""
    try:
        return parse_date(text) if text else None
    except NotADate:
        return None


def asked_number(text: str | None) -> int | None:
    """A whole number from an address; None where there is none or it cannot be read."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def download(data: bytes, name: str, form: str) -> Response:
    """Bytes as a file of their own; `name` is ours, in ASCII."""
    return Response(
        data, media_type=MIMES[form], headers={"content-disposition": f'attachment; filename="{name}.{form}"'}
    )


def table_download(
    frame: Frame, session: Session, columns: Sequence[Column], rows: Sequence[Any], name: str
) -> Response:
    """Rows as CSV or XLSX, as `format` of the address says; both say when, by whom and by which release they were made."""
    form: Literal["csv", "xlsx"] = "xlsx" if frame.query.get("format") == "xlsx" else "csv"
    write = exports.xlsx_bytes if form == "xlsx" else exports.csv_bytes
    provenance = frame.provenance(session)
    stamp = f"{provenance.generated_at:%Y%m%d-%H%M}"
    return download(write(columns, rows, provenance, frame.lang), f"windchime-{name}-{stamp}", form)
