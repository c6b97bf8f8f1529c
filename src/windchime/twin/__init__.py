"""The twin: a simulated region whose firms, invoices, loans and failures have one cause, known as truth."""

from windchime.twin.generate import Manifest, generate
from windchime.twin.marginals import Marginal, marginals

__all__ = ["Manifest", "Marginal", "generate", "marginals"]
