"""What a claim is: a statement, where it stands, and how to find out whether it is true."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

VERDICTS = ("proved", "certified", "held", "refuted", "void", "informal")
SUPPORTED = ("proved", "certified", "held")
FAULTS = ("misprint", "missing hypothesis", "wrong")


class Evidence(NamedTuple):
    """What a check found: its verdict, how many cases it decided, one line, and a witness if refuted."""

    verdict: str
    cases: int
    finding: str
    witness: str | None = None


class Budget(NamedTuple):
    """How hard to look: examples per check (None: the check's own number), and a seed (None: always the same)."""

    examples: int | None = None
    seed: int | None = None


class Check(Protocol):
    """A way to find out: see `checks`."""

    def run(self, budget: Budget) -> Evidence: ...


@dataclass(frozen=True)
class Control:
    """A false neighbour of a claim, which the same check must refute."""

    statement: str
    check: Check


@dataclass(frozen=True)
class Claim:
    """One statement of a document. `fault` and `correction` say what a refutation means, if there is one.

    `ours` marks a statement that the document does not make: a correction, or something sharper. `tex` is the
    formula as LaTeX mathematics, where it is to be typeset (a refuted claim and its correction); `explanation`
    is an argument of a few lines by which pencil and paper confirm what was found.
    """

    id: str
    locator: str
    statement: str
    formula: str
    check: Check
    hypotheses: tuple[str, ...] = ()
    control: Control | None = None
    fault: str | None = None
    correction: str | None = None
    ours: bool = False
    tex: str | None = None
    explanation: str | None = None

    @property
    def document(self):
        return self.id.partition(".")[0]


@dataclass(frozen=True)
class Result:
    """A claim with what was found of it."""

    claim: Claim
    evidence: Evidence
    control: Evidence | None
    seconds: float

    @property
    def verdict(self):
        """The evidence's own, but void if the control was not refuted."""
        if self.evidence.verdict in SUPPORTED and self.control and self.control.verdict != "refuted":
            return "void"
        return self.evidence.verdict

    @property
    def finding(self):
        if self.control is None or self.verdict == self.evidence.verdict:
            return self.evidence.finding
        return f"its control was not refuted but {self.control.verdict}: {self.control.finding}"

    def as_dict(self) -> dict[str, Any]:
        """What `--json` writes."""
        claim, refuted = self.claim, self.verdict == "refuted"
        return {"id": claim.id, "document": claim.document, "locator": claim.locator, "ours": claim.ours,
                "statement": claim.statement, "formula": claim.formula, "tex": claim.tex,
                "explanation": claim.explanation, "hypotheses": list(claim.hypotheses),
                "verdict": self.verdict, "cases": self.evidence.cases, "seconds": round(self.seconds, 3),
                "witness": self.evidence.witness, "fault": claim.fault if refuted else None,
                "correction": claim.correction if refuted else None,
                "control": claim.control.statement if claim.control and self.verdict in SUPPORTED else None,
                "evidence": self.finding}


Violation = Callable[[Any], Any]
"""Of a case, in its own number system: positive where the claim fails, else not."""
