"""Builders for the vault: fictitious people whose numbers have right check digits, and a bank with a vault."""

from dataclasses import dataclass
from datetime import date, timedelta

from windchime.core import resident_id
from windchime.core.unit import Actor

LI = Actor("li")
WHY = "a complaint of the customer"
#: characters of which no two make a word that text around them has
SURNAMES, GIVEN = "慕容欧阳司徒", "翯甪淼焱垚犇"


@dataclass(frozen=True)
class Person:
    """Someone who does not exist: region 990000 is in no register."""

    name: str
    id_number: str
    mobile: str
    landline: str
    email: str
    account: str
    address: str

    def values(self) -> dict[str, str]:
        """Everything that must not be found anywhere."""
        return {
            "name": self.name,
            "id_number": self.id_number,
            "mobile": self.mobile,
            "landline": self.landline,
            "email": self.email,
            "account": self.account,
            "address": self.address,
        }


def id_number(number: int) -> str:
    """A resident id of region 990000 with a right check character."""
    born = date(1960, 1, 1) + timedelta(days=number * 37 % 15_000)
    body = f"990101{born:%Y%m%d}{number % 1000:03d}"
    return body + resident_id.check_character(body)


def card(number: int) -> str:
    """A card number of 19 digits with a right check digit."""
    body = f"6299{number:014d}"
    total = sum(sum(divmod(2 * int(d), 10)) if i % 2 == 0 else int(d) for i, d in enumerate(body[::-1]))
    return f"{body}{-total % 10}"


def person(number: int) -> Person:
    """The nth fictitious person; all values of two are different."""
    name = (
        SURNAMES[number % 6]
        + GIVEN[number // 6 % 6]
        + GIVEN[number // 36 % 6]
        + (GIVEN[number % 5] if number % 2 else "")
    )
    return Person(
        name,
        id_number(number),
        f"199{number:08d}",
        f"0999-88{number:05d}",
        f"nobody{number}@example.invalid",
        card(number),
        f"澄岭省岚溪市望江路{number + 1000}号",
    )
