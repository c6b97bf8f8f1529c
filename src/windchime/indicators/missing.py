"""The missing policies that indicators share, in words."""

from windchime.core.text import Text

NEVER = Text("无发票时为 0", "0 where there are no invoices")
NO_SALES = Text("窗口内无有效销售时为空", "empty where the window has no counted sales")
NO_PURCHASES = Text("窗口内无有效采购时为空", "empty where the window has no counted purchases")
NEVER_SOLD = Text("从未有销售时为空", "empty where no sale was ever recorded")
NEVER_BOUGHT = Text("从未有采购时为空", "empty where no purchase was ever recorded")
FEW_INVOICES = Text("发票少于最少张数时为空", "empty below the fewest invoices of the scheme")
FEW_MONTHS = Text("历史月数不足时为空", "empty where the history has fewer months than the scheme asks for")
NO_BASE = Text(
    "对比期无销售或历史不足时为空", "empty where the period compared with has no sales, or lies before the first sale"
)
ONE_SIDED = Text(
    "无此类往来为 0；进销对手编码互不相通的来源恒为 0，应视为未知",
    "0 where there is none; a source whose buyer and seller ids cannot be joined always gives 0: read it as unknown",
)
