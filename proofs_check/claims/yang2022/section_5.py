"""Section 5: what the experiments are said to support, against Table 1; which task meets which modification."""

from fractions import Fraction

from proofs_check.checks import Certificate, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.table_1 import ROWS, gap, sum_of_errors

MODIFICATIONS = {1: ("i", "ii", "iii"), 2: ("i", "ii"), 3: ("i", "ii"), 4: ("i",)}
"""Section 5.1: the modifications of each task that it announces."""


def number(row):
    """i, ii or iii."""
    return {"true labels": "i", "corrupted data": "ii"}.get(row.modification, "iii")


def more_accurate(rows):
    return {f"{row}: {row.proximal.mean} > {row.decay.mean}": Fraction(row.proximal.mean) > Fraction(row.decay.mean)
            for row in rows}


def more_accurate_in(number_of_rows):
    """In so many rows of the nine; and where the gap is at least the sum of both errors, as the caption has it."""
    def facts():
        better = [row for row in ROWS if all(more_accurate([row]).values())]
        clear = [row for row in ROWS if gap(row) >= sum_of_errors(row)]
        return {f"in {len(better)} of {len(ROWS)} rows the larger one": len(better) == number_of_rows,
                f"in {len(clear)} rows the gap is at least the sum": len(clear) == 5} | more_accurate(clear)
    return facts


def sparser(rows):
    return {f"{row}: {row.proximal_sparsity.mean} % of the units active < {row.decay_sparsity.mean} %":
            Fraction(row.proximal_sparsity.mean) < Fraction(row.decay_sparsity.mean) for row in rows}


def sparser_everywhere():
    return sparser(ROWS)


def sparser_but_for_corrupted_labels():
    rows = [row for row in ROWS if number(row) != "iii"]
    denser = [row for row in ROWS if Fraction(row.proximal_sparsity.mean) > Fraction(row.decay_sparsity.mean)]
    return {f"these are {len(rows)} rows of {len(ROWS)}": len(rows) == 7, "in no row are there more": not denser} | (
        sparser(rows))


def some_units_inactive(task):
    """Whether in each row of a task some units are inactive, the mean being below 100 by more than its error."""
    def facts():
        return {f"{row}: {row.proximal_sparsity} % are active, {most} % at most": most < 100
                for row in ROWS if row.task == task
                for most in [float(Fraction(row.proximal_sparsity.mean) + Fraction(row.proximal_sparsity.error))]}
    return facts


def announced(modifications):
    """Whether Table 1 has the rows that the text announces, and no others."""
    def facts():
        return {f"Task {task}: {', '.join(expected)}":
                tuple(dict.fromkeys(number(row) for row in ROWS if row.task == task)) == expected
                for task, expected in modifications.items()}
    return facts


def wrong_labels(share):
    """Of ten classes, a label replaced with probability p by a uniform random one of them is wrong 9 times in 10 p."""
    def facts():
        told = {}
        for p in (Fraction(3, 10), Fraction(7, 10)):
            chances = [p / 10 + (1 - p if k == 0 else 0) for k in range(10)]  # class 0 is the right one
            told[f"p = {float(p):g}: a label is wrong with probability {float(sum(chances[1:])):g}"] = (
                sum(chances) == 1 and sum(chances[1:]) == share(p))
        return told
    return facts


CLAIMS = (
    Claim("yang2022.section-5.faster", "Section 5, first paragraph, a",
          "The proximal algorithm provides faster convergence than weight decay.",
          "t_prox < t_decay",
          Informal("of trained networks, no rate is stated, and the left part of Figure 1 shows one run",
                   "yang2022.theorem-3.first-to-second")),
    Claim("yang2022.section-5.better-generalization", "Section 5, first paragraph, b, with Table 1",
          "The proximal algorithm provides better generalization than weight decay.",
          "accuracy(proximal) > accuracy(weight decay)",
          Informal("of the experiments as a whole: it is not said in how many rows of Table 1, or by how much",
                   "yang2022.section-5.better-generalization.corrected")),
    Claim("yang2022.section-5.better-generalization.corrected", "Section 5, first paragraph, b, with Table 1",
          "In seven of the nine rows of Table 1 the proximal algorithm's accuracy is the larger one: in each of the five "
          "where the gap is at least the sum of both standard errors.",
          "|m_prox - m_decay| >= s_prox + s_decay implies m_prox > m_decay", Certificate(more_accurate_in(7)), (),
          Control("in all nine rows", Certificate(more_accurate_in(9))), ours=True),
    Claim("yang2022.section-5.sparser", "Section 5, first paragraph, c, with Table 1",
          "The proximal algorithm provides sparser solutions than weight decay.",
          "sparsity(proximal) < sparsity(weight decay), in percent of active units",
          Informal("of the experiments as a whole: it is not said in how many rows of Table 1, or by how much",
                   "yang2022.section-5.sparser.corrected")),
    Claim("yang2022.section-5.sparser.corrected", "Section 5, first paragraph, c, with Table 1",
          "Its solutions are sparser in the seven rows of Table 1 without corrupted labels; with them all units are "
          "active by both algorithms.",
          "sparsity(proximal) < sparsity(weight decay), in percent of active units",
          Certificate(sparser_but_for_corrupted_labels), ("the labels are not corrupted",),
          Control("in all nine rows they are sparser", Certificate(sparser_everywhere)), ours=True),
    Claim("yang2022.section-5.pruned-naturally", "Section 5.1, second paragraph, with Table 1",
          "The result confirms that the proximal method can prune the model to have some level of sparsity: so it does "
          "on VGG19.", "mean + error < 100 % of the units active, in Tasks 3 and 4",
          Certificate(lambda: some_units_inactive(3)() | some_units_inactive(4)()), (),
          Control("in every row of Task 1", Certificate(some_units_inactive(1)))),
    Claim("yang2022.section-5.enforced-sparsity", "Section 5.1, second paragraph, with Appendix C.3, last sentence",
          "The proximal algorithm inherently enforces the sparse structure (5.1); it doesn't enforce sparsity (C.3).",
          "v = 0 where ||z|| <= lambda gamma",
          Informal("the sentences agree only if 'enforce' means the exact zeros of the prox in the one and a constraint "
                   "in the other", "yang2022.section-5.pruned-naturally")),
    Claim("yang2022.section-5.modifications", "Section 5.1, second paragraph, with Table 1",
          "Table 1 presents Task 1 on modifications i, ii, iii, Tasks 2 and 3 on i and ii, Task 4 on i.",
          "rows of Table 1 = {(1, i), (1, ii), (1, iii), (2, i), (2, ii), (3, i), (3, ii), (4, i)}",
          Certificate(announced(MODIFICATIONS)), (),
          Control("Task 4 on ii too", Certificate(announced(MODIFICATIONS | {4: ("i", "ii")})))),
    Claim("yang2022.section-5.label-noise", "Section 5.1, iii",
          "A label that is replaced with probability p by a uniform random class, the right one among them, is wrong "
          "with probability 9 p / 10: 0.27 and 0.63 for the p of Table 1.", "P(wrong) = p (1 - 1/10)",
          Certificate(wrong_labels(lambda p: p * Fraction(9, 10))), ("ten classes", "uniform over all of them"),
          Control("it is wrong with probability p", Certificate(wrong_labels(lambda p: p))), ours=True),
)
