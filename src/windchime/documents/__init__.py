"""Paper out 报告: reports on a firm and on the portfolio, in HTML and PDF, in both languages, a source for every figure."""

from windchime.documents.firm import firm_report
from windchime.documents.inputs import FirmReport, PortfolioReport
from windchime.documents.portfolio import portfolio_report
from windchime.documents.rendering import Format, html, html_policy, pdf

__all__ = ["FirmReport", "Format", "PortfolioReport", "firm_report", "html", "html_policy", "pdf", "portfolio_report"]
