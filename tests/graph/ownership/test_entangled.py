"""Companies that hold each other at random are refused with a word, before the memory of the machine is full."""

import numpy as np
import pytest

from windchime import Ownership
from windchime.graph.ownership.solution import Entangled


def test_a_tangle_beyond_all_registers_is_refused_and_control_answers() -> None:
    size, each = 20_000, 4
    owner = np.random.default_rng(1).integers(0, size, size * each)
    company = np.repeat(np.arange(size), each)
    apart = np.unique(np.stack([owner, company], 1)[owner != company], axis=0)
    shares = {
        "owner": [f"c{n}" for n in apart[:, 0]] + ["p"] * size,
        "company": [f"c{n}" for n in apart[:, 1]] + [f"c{n}" for n in range(size)],
        "share": [0.1] * len(apart) + [0.6] * size,
    }
    found = Ownership.from_shares(shares)
    with pytest.raises(Entangled, match="hold each other"):
        found.beneficial_owners(threshold=0.25)
    assert found.control().num_rows >= size
