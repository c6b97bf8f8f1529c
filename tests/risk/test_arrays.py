"""Tables from whatever frame the caller has."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from windchime.risk.arrays import BadLabels, NotAFrame, frame, labels


def test_a_pandas_column_of_numbers_and_texts_is_text() -> None:
    table = pd.DataFrame({"mixed": [1, "a", None, np.nan], "number": [1.0, np.nan, 2.0, 3.0]})
    assert frame(table)["mixed"].to_list() == ["1", "a", None, None]
    assert frame(table)["number"].to_list() == [1.0, None, 2.0, 3.0]


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(NotAFrame, match="a list is no table"):
        frame([1, 2])


@pytest.mark.parametrize(
    "told", [["Y", "N", "secret"], pl.Series(["Y", "N", "secret"]), [1, "", "secret"], [[0], [1, 0], [1]], [1, {}, 0]]
)
def test_labels_that_are_no_numbers_are_bad_labels_and_are_not_told(told: object) -> None:
    with pytest.raises(BadLabels, match="labels must be 0") as caught:
        labels(told, 3)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
