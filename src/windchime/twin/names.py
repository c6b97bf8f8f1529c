"""Names and credit codes of firms that do not exist: an invented province, region prefix 99, valid check characters."""

import numpy as np

from windchime.core.credit_code import ALPHABET, check_character, organisation_check
from windchime.twin import draws
from windchime.twin.calibration import Calibration
from windchime.twin.draws import Draws
from windchime.twin.population import Population

#: attempts at a name before two firms of one place and trade may share it
_TRIES = 60


def firm_names(names: Calibration, cal: Calibration, rng: Draws, firms: Population) -> list[str]:
    """One name a firm, no two equal: place, word of its own, trade, form of organisation."""
    key = rng.key("name", np.arange(len(firms)))
    stream = np.stack([draws.uniform(key, s) for s in range(3 * _TRIES + 4)])
    places, letters, blocked = names["places"], names["characters"], tuple(names["blocked"])
    taken: set[str] = set()
    found = []
    for i in range(len(firms)):
        u = stream[:, i]
        place = places[firms.place[i]]["zh"]
        trade = _of(names["trades"][cal["sectors"][firms.sector[i]]["code"]], u[0])
        form = _of(names[("company", "sole_trader", "cooperative")[firms.kind[i]]], u[1])
        if firms.kind[i] == 1:
            trade = trade.removesuffix("经营").removesuffix("管理").removesuffix("服务")
        bracketed = firms.kind[i] == 0 and u[2] < names.number("bracketed")
        short = place[:-1]
        for attempt in range(_TRIES):
            own = "".join(_of(letters, u[4 + 3 * attempt + k]) for k in range(2 if u[3] < 0.7 + attempt else 3))
            own = own if attempt < _TRIES // 2 else own + _of(letters, u[3 * attempt])
            name = f"{own}（{short}）{trade}{form}" if bracketed else f"{place}{own}{trade}{form}"
            if name not in taken and not any(word in name for word in blocked):
                break
        taken.add(name)
        found.append(name)
    return found


def _of(choices: str | list[str], u: float) -> str:
    return choices[int(u * len(choices))]


def credit_codes(names: Calibration, rng: Draws, firms: Population) -> list[str]:
    """Credit codes under prefix 99; body `MA` and six symbols that count the firms in mixed order, so none is twice."""
    offset = int(draws.whole(rng.key("credit_code", 0), 0, 0, 31**6 - 1)[0])
    found = []
    for i in range(len(firms)):
        # an odd multiplier that 31 does not divide runs through all numbers of six symbols once
        value = (offset + i * 400_000_009) % 31**6
        symbols = []
        for _position in range(6):
            value, digit = divmod(value, 31)
            symbols.append(ALPHABET[digit])
        body = "MA" + "".join(symbols)
        place = names["places"][firms.place[i]]["code"]
        first = f"9{firms.kind[i] + 1}{place}{body}{organisation_check(body)}"
        found.append(first + check_character(first))
    return found
