"""Tables from whatever frame the caller has."""

import numpy as np
import pandas as pd
import pytest

from windchime.risk.arrays import NotAFrame, frame


def test_a_pandas_column_of_numbers_and_texts_is_text() -> None:
    table = pd.DataFrame({"mixed": [1, "a", None, np.nan], "number": [1.0, np.nan, 2.0, 3.0]})
    assert frame(table)["mixed"].to_list() == ["1", "a", None, None]
    assert frame(table)["number"].to_list() == [1.0, None, 2.0, 3.0]


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(NotAFrame, match="a list is no table"):
        frame([1, 2])
