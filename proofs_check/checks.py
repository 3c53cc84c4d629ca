"""The kinds of check: for all cases, by certificate, informal."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from proofs_check.claim import Budget, Evidence, Violation
from proofs_check.decide import Decision, decide, in_system
from proofs_check.describe import describe


@dataclass(frozen=True)
class ForAll:
    """Every case that meets the hypotheses satisfies the claim.

    `cases` draws them (None: the examples alone); `examples` are tried first (or a function that makes them,
    when the check runs); `meets` is asked of each; `violation` of it is positive where the claim fails.
    """

    violation: Violation
    cases: SearchStrategy | None = None
    examples: tuple | Callable[[], tuple] = ()
    meets: Callable[[Any], bool] = lambda case: True
    ladder: tuple[str, ...] = ("fractions", "balls")
    n_examples: int = 100
    applies: Callable[[Any], bool] | None = None
    """To which `cases.NetCase`s it applies, a user's own network among them; None: to none."""

    def run(self, budget: Budget) -> Evidence:
        tally = _Tally(self)
        try:
            for case in self.examples() if callable(self.examples) else self.examples:
                tally.judge(case)
            if self.cases is not None:
                self._search(self.cases, tally, budget)
        except Violated:
            return tally.refuted()
        return tally.supported()

    def _search(self, cases, tally, budget):
        @settings(max_examples=budget.examples or self.n_examples, deadline=None, database=None,
                  derandomize=budget.seed is None, phases=(Phase.generate, Phase.shrink),
                  suppress_health_check=list(HealthCheck), report_multiple_bugs=False)
        @given(cases)
        def judge(case):
            tally.judge(case)

        (judge if budget.seed is None else hypothesis.seed(budget.seed)(judge))()


class Violated(Exception):
    """A case violates the claim, decided exactly."""


class _Tally:
    """What was found so far; of violating cases the last, which is hypothesis's smallest."""

    worst: tuple[Any, Decision]

    def __init__(self, check):
        self.check, self.decided, self.undecided, self.rejected = check, [], [], 0

    def judge(self, case):
        if not self.check.meets(in_system(case, Fraction)):
            self.rejected += 1
            return
        decision = decide(self.check.violation, case, self.check.ladder)
        if decision.outcome == "violated":
            self.worst = (case, decision)
            raise Violated
        (self.undecided if decision.outcome == "undecided" else self.decided).append(decision)

    def refuted(self):
        case, decision = self.worst
        return Evidence("refuted", len(self.decided) + 1, f"violated by {describe(decision.value)} ({decision.system})",
                        describe(case))

    def supported(self):
        n = len(self.decided)
        outcomes = [decision.outcome for decision in self.decided]
        if not self.decided + self.undecided:
            return Evidence("void", 0, "no case met the hypotheses")
        if n <= len(self.undecided):
            return Evidence("void", n, f"only {n} of {n + len(self.undecided)} cases could be decided")
        if 10 * n < self.rejected:
            return Evidence("void", n, f"only {n} of {n + self.rejected} cases met the hypotheses")
        floats = sum(decision.system == "floats" for decision in self.decided)
        equal = outcomes.count("equal")
        notes = [note for count, note in ((floats, f"{floats} by floats"), (equal, f"{equal} equal to 256 bits"),
                                          (len(self.undecided), f"{len(self.undecided)} more undecided")) if count]
        if notes:
            return Evidence("held", n, f"no violation in {n} cases ({', '.join(notes)})")
        return Evidence("certified", n, f"no violation in {n} cases, each decided exactly")


@dataclass(frozen=True)
class Certificate:
    """A list of exact facts, each computed when the check runs, that together prove the claim."""

    facts: Callable[[], dict[str, bool]]
    """From what a fact says to whether it came out true."""

    def run(self, budget: Budget) -> Evidence:
        facts = self.facts()
        if not all(isinstance(true, (bool, np.bool_)) for true in facts.values()):
            raise TypeError(f"a fact of a certificate is neither true nor false: {facts}")
        wrong = [name for name, true in facts.items() if not true]
        if wrong or not facts:
            return Evidence("refuted" if facts else "void", len(facts), f"not true: {'; '.join(wrong)}",
                            "; ".join(wrong))
        return Evidence("proved", len(facts), "; ".join(facts))


@dataclass(frozen=True)
class Informal:
    """No testable content: why, and which testable claim stands nearest."""

    reason: str
    nearest: str

    def run(self, budget: Budget) -> Evidence:
        return Evidence("informal", 0, f"{self.reason} (nearest: {self.nearest})")
