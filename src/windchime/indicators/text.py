"""Names of indicators with their window, in both languages."""


def both(zh: str, en: str, months: int) -> tuple[str, str]:
    """The two names, each with the window in months."""
    return f"{zh}（{months}个月）", f"{en} ({months} months)"
