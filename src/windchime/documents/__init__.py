"""Paper out 报告: reports on a firm and on the portfolio, in HTML and PDF, in both languages, a source for every figure."""

from windchime.documents.firm import firm_report
from windchime.documents.gather import gather_firm
from windchime.documents.gather_portfolio import allocated, gather_portfolio
from windchime.documents.inputs import FirmReport, PortfolioReport
from windchime.documents.portfolio import portfolio_report
from windchime.documents.rendering import Format, html, html_policy, pdf

__all__ = [
    "FirmReport",
    "Format",
    "PortfolioReport",
    "allocated",
    "firm_report",
    "gather_firm",
    "gather_portfolio",
    "html",
    "html_policy",
    "pdf",
    "portfolio_report",
]
