"""Which of our languages a program reads: the header `Accept-Language` (RFC 9110 §12.5.4)."""

from windchime.core.text import LANGS, Lang


def language(accepted: str, default: Lang) -> Lang:
    """The language with the highest weight that we speak, the one named first among equals.

    Args:
        accepted: the header's value; empty for none.
        default: for `*`, for none of ours and for what cannot be read.
    """
    best: tuple[float, Lang] = (0.0, default)
    for part in accepted.split(",")[:20]:
        tag, _sign, rest = part.strip().partition(";")
        weight = _weight(rest)
        wanted = default if tag == "*" else next((lang for lang in LANGS if tag.lower().split("-")[0] == lang), None)
        if wanted is not None and weight > best[0]:
            best = (weight, wanted)
    return best[1]


def _weight(rest: str) -> float:
    name, _sign, value = rest.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(float(value), 1.0) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
