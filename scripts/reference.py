"""Renew the generated pages of docs/reference/: `python scripts/reference.py`. A test compares them with the code."""

import os
from pathlib import Path

PAGES = Path(__file__).parents[1] / "docs" / "reference"


def pages() -> dict[str, str]:
    """Every generated page by its path below the folder; help texts are fixed in the environment's language when they are imported."""
    os.environ["WINDCHIME_LANG"] = "en"
    from windchime.cli.reference import reference_page as command_line
    from windchime.data.contracts.reference import reference_pages as contracts
    from windchime.indicators.reference import reference_page as indicators
    from windchime.service.access.reference import reference_page as permissions

    return {
        "command-line.md": command_line(),
        "indicators.md": indicators(),
        "permissions.md": permissions(),
        **contracts(),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (PAGES / name).parent.mkdir(exist_ok=True)
        (PAGES / name).write_text(text, encoding="utf8")
