"""How rule lists are judged alike: one harness chooses from any pool of rules, one set of figures tells what a list does."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PEERS = ("rulelift", "iguanas", "imodels", "skope-rules")
MOST, Z = 10, 1.959963984540054
TIMEOUT = 300
FOLDER = Path(__file__).parent.parent / ".tools" / "peers"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a list does on the rows it was made on, and on those it is judged on."""

    rules: int
    #: wall and processor seconds of the search
    seconds: tuple[float, float]
    train: tuple[float, float, float]
    test: tuple[float, float, float]

    @property
    def drift(self) -> float:
        """Hit rate judged over hit rate made on, or its inverse: 1 and more."""
        ratio = self.test[0] / self.train[0] if self.train[0] else 0.0
        return max(ratio, 1 / ratio) if ratio else float("inf")

    @property
    def odds_kept(self) -> float:
        """Odds ratio judged over odds ratio made on."""
        return self.test[2] / self.train[2]


def figures(hit: np.ndarray, bad: np.ndarray) -> tuple[float, float, float]:
    """Hit rate, lift, odds ratio with half a row added to each cell."""
    n, h, b, both = len(bad), int(hit.sum()), int(bad.sum()), int((hit & bad).sum())
    odds = (both + 0.5) * (n - h - b + both + 0.5) / ((h - both + 0.5) * (b - both + 0.5))
    return h / n, both / h / (b / n) if h else 0.0, odds


def greedy(hits: np.ndarray, bad: np.ndarray, budget: float) -> list[int]:
    """At most ten rules, each time the one with the highest Wilson lower bound on the rows not hit yet, within the budget."""
    free = np.ones(len(bad), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < MOST:
        new = hits[:, free]
        n, b = new.sum(axis=1).astype(float), new[:, bad[free]].sum(axis=1)
        p = b / np.maximum(n, 1)
        low = (
            p
            + Z * Z / 2 / np.maximum(n, 1)
            - Z * np.sqrt(p * (1 - p) / np.maximum(n, 1) + (Z / 2 / np.maximum(n, 1)) ** 2)
        ) / (1 + Z * Z / np.maximum(n, 1))
        low[(n == 0) | ((~free).sum() + n > budget * len(bad)) | (low <= bad.mean())] = -1
        if low.max() < 0:
            break
        chosen.append(int(low.argmax()))
        free &= ~hits[chosen[-1]]
    return chosen


def peer(name: str, train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]) -> dict[str, Any] | str:
    """Hits of the peer's rules on both, and its seconds; or why there are none."""
    python = FOLDER / name / "bin" / "python"
    if not python.exists():
        return "not built: scripts/peers.sh"
    with tempfile.TemporaryDirectory() as folder:
        for part, (x, bad) in (("train", train), ("test", test)):
            np.savez(Path(folder, f"{part}.npz"), x=x, bad=bad)
        script = str(Path(__file__).with_name("_rule_peers.py"))
        env = {**os.environ, "OMP_NUM_THREADS": "1"}
        try:
            done = subprocess.run(
                [str(python), script, name, folder], env=env, capture_output=True, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            return f"did not finish in {TIMEOUT} s"
        if done.returncode:
            return f"failed: {done.stderr.decode().strip().splitlines()[-1][:120]}"
        with np.load(Path(folder, "hits.npz")) as told:
            size = {"train": len(train[1]), "test": len(test[1])}
            hits = {p: np.unpackbits(told[p], axis=1)[:, :n].astype(bool) for p, n in size.items()}
            return hits | {"seconds": tuple(told["seconds"])}


def judged(found: dict[str, Any], train: np.ndarray, test: np.ndarray, budget: float) -> Outcome:
    """The harness's list from a peer's rules."""
    chosen = greedy(found["train"], train, budget)
    hit = [found[p][chosen].any(axis=0) if chosen else np.zeros(found[p].shape[1], bool) for p in ("train", "test")]
    return Outcome(len(chosen), found["seconds"], figures(hit[0], train), figures(hit[1], test))
