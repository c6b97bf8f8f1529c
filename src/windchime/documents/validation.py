"""The validation pack of a model: one report, as HTML and PDF, in either language, from figures that were computed once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from windchime.core.text import Lang, Text, _
from windchime.documents.composing import Composer
from windchime.documents.rendering import html, pdf
from windchime.documents.tree import Report, Section
from windchime.documents.validation_ranking import calibration, discrimination, rivals
from windchime.documents.validation_robustness import fairness, sensitivities, stability
from windchime.documents.validation_words import HOW, MODELS, Pack, verdict
from windchime.present import formats
from windchime.risk.arrays import Frame
from windchime.risk.scorecards.pack import Examined, examine
from windchime.risk.scorecards.pack.examined import How
from windchime.risk.scorecards.store import Model


@dataclass(frozen=True, slots=True)
class ValidationPack:
    """The figures of one examination, and where they are from."""

    examined: Examined
    #: what the sample is, in a word or two
    data: Text
    #: names and values that let somebody find the sample again; English message ids of the names
    facts: tuple[tuple[str, str], ...] = ()
    #: what stands in the footer: generated at, by, version
    footer: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    simulated: bool = False

    def report(self, lang: Lang = "zh") -> Report:
        """The report's tree."""
        return validation_report(self, lang)

    def html(self, lang: Lang = "zh") -> bytes:
        """One self-contained page, without script."""
        return html(self.report(lang))

    def pdf(self, lang: Lang = "zh", *, generated_at: datetime) -> bytes:
        """The same on A4; the date the file bears is the caller's."""
        return pdf(self.report(lang), generated_at)


def validation_pack(
    model: Model,
    X: Frame,  # noqa: N803 - scikit-learn's name
    y: Any,
    *,
    how: How = "held_out",
    time: Any = None,
    data: str | Text = "",
    **more: Any,
) -> ValidationPack:
    """Examine a model on a sample; `.html()` and `.pdf()` of the result are the pack.

    Args:
        model: a fitted scorecard or challenger.
        X: features, one row a firm.
        y: labels, 1 = bad.
        how: what makes the figures honest; say `in_sample` where the model learnt from these firms.
        time: the vintage of each row.
        data: what the sample is called.
        more: as `windchime.risk.scorecards.pack.examine`: `development`, `rivals`, `attributes`, `probability`, ….

    Raises:
        BadLabels, BadTimes, UnknownName, NotNumbers: as `Scorecard.fit`.
    """
    named = (
        data
        if isinstance(data, Text)
        else Text.of(data)
        if data
        else Text("调用方提供的样本", "a sample brought by the caller")
    )
    return ValidationPack(examine(model, X, y, how=how, time=time, **more), named)


def validation_report(pack: ValidationPack, lang: Lang) -> Report:
    """Compose the report."""
    c, e = Composer(lang), pack.examined
    source = c.source(
        c.say(_("model {model}"), model=c.say(MODELS[e.model])),
        [
            (_("version"), e.version),
            (_("sample"), pack.data),
            (_("judged"), c.say(HOW[e.how])),
            (_("firms"), formats.count(e.firms)),
            (_("bads"), formats.count(e.bads)),
            *pack.facts,
        ],
    )
    p = Pack(c, e, source)
    sections = [
        Section(c.say(_("In short")), verdict(p)),
        Section(c.say(_("Discrimination")), discrimination(p)),
        Section(c.say(_("Calibration")), calibration(p)),
        Section(c.say(_("Comparison with other models")), rivals(p)),
        Section(c.say(_("Stability through time")), stability(p)),
        Section(c.say(_("Sensitivity")), sensitivities(p)),
        Section(c.say(_("Fairness")), fairness(p)),
    ]
    marks = [c.say(_("illustrative parameters, not regulation"))]
    if pack.simulated:
        from windchime.present import words

        marks.insert(0, words.SIMULATED[lang])
    return Report(
        lang=lang,
        title=c.say(_("Validation pack")),
        subject=f"{c.say(MODELS[e.model])} {e.version[:12]} · {pack.data[lang]}",
        marks=tuple(marks),
        sections=tuple(sections),
        sources=c.sources,
        sources_title=c.say(_("Where the figures come from")),
        sources_note=c.say(_("The raised numbers in this report lead here.")),
        footer=tuple(c.say(m, **params) for m, params in pack.footer),
    )
