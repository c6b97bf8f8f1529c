"""Faults of one model, collected so that its author sees all of them at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from windchime.core.problems import Problem
from windchime.core.text import Text, _


class Faults:
    """The problems found so far, and the place that is being read: model, table, rule (by row and by id), column."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.found: list[Problem] = []
        self._place: dict[str, Any] = {}

    def at(self, **place: Any) -> "Faults":
        """The same collection, at a narrower place: `table`, `row`, `rule`, `column`."""
        narrower = Faults(self.model)
        narrower.found, narrower._place = self.found, self._place | place
        return narrower

    def add(self, code: str, msgid: str, *, value: object = "", expected: str = "", **params: Any) -> None:
        """Note one fault at the place: what is true of it, the text found, what is accepted."""
        place = self._place
        self.found.append(
            Problem(
                code,
                msgid,
                file=self.model,
                sheet=place.get("table", ""),
                row=place.get("row"),
                column=place.get("column", ""),
                value=str(value)[:80],
                expected=expected,
                params=params | ({"rule": place["rule"]} if "rule" in place else {}),
            )
        )

    def keys(self, body: Mapping[str, Any], needed: Iterable[str], optional: Iterable[str]) -> bool:
        """Whether a mapping has all the needed keys and no unknown one."""
        needed, known = set(needed), {*needed, *optional}
        for key in sorted(needed - set(body)):
            self.add("missing_key", _("'{key}' is missing"), key=key)
        for key in sorted(str(k) for k in body if k not in known):
            self.add(
                "unknown_key",
                _("'{value}' is not known here"),
                value=key,
                expected=_("one of {known}"),
                known=", ".join(sorted(known)),
            )
        return needed <= set(body)

    def mapping(self, body: object, what: str) -> dict[str, Any] | None:
        """The mapping found; None, with a fault noted, where it is something else."""
        if isinstance(body, Mapping) and all(isinstance(k, str) for k in body):
            return dict(body)
        self.add("wrong_shape", _("'{what}' is not a mapping of names"), what=what)
        return None

    def label(self, body: object, name: str) -> Text:
        """The label in both languages; the name itself where there is none."""
        if body is None:
            return Text(name, name)
        if isinstance(body, Mapping) and set(body) == {"zh", "en"} and all(isinstance(v, str) for v in body.values()):
            return Text.of(dict(body))
        self.add(
            "wrong_label", _("the label of '{name}' is not in both languages"), expected="{{zh: …, en: …}}", name=name
        )
        return Text(name, name)

    def name(self, name: str) -> None:
        """A name is an identifier: letters, digits and underscores, Chinese ones included."""
        if not name.isidentifier():
            self.add(
                "bad_name",
                _("'{value}' is not a name"),
                value=name,
                expected=_("letters, digits and underscores, not beginning with a digit"),
            )
