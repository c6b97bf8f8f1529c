"""What the interface tells a second time for its description is what the floors below know."""

from typing import get_args

from windchime.api.resources.consents import Giver
from windchime.service.access.consents import GIVERS


def test_capacities_in_which_consent_is_given() -> None:
    assert set(get_args(Giver)) == set(GIVERS)
