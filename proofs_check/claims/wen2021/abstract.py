"""The abstract: how the bounds depend on width and depth, and what they are compared with."""

from pathnorm_ref.arrays import ball
from proofs_check.checks import ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.theorem_1 import ABOVE, exceeds, is_steep, second, sizes


def above_the_root(with_product):
    """Whether the second bound is above sqrt(k) times that of k = 1, and (c rho)^{k-1} for the product of the norms."""
    def violation(s):
        product = (s.c * s.rho)**(s.k - 1) if with_product else 1
        return exceeds(second(s), second(s._replace(k=1)) * ball(s.k).sqrt() * ball(product))
    return violation


CLAIMS = (
    Claim("wen2021.abstract.generalization", "Abstract, and Section 1",
          "Generalization error bounds are established for both regression and classification.", "Theorems 2 and 3",
          Informal("each as it is stated there", "wen2021.theorem-2")),
    Claim("wen2021.abstract.width", "Abstract, and Section 1", "The upper bounds are independent of the network width.",
          "d_1, ..., d_k do not occur in Theorems 1 to 3",
          Informal("their formulas have no hidden width; the number of classes, m_2, occurs in Theorem 3",
                   "wen2021.remark-1.width")),
    Claim("wen2021.abstract.depth", "Abstract, and Section 1",
          "The upper bounds have a sqrt(k)-dependence on the network depth k, apart from the product of the norms, "
          "(c rho)^k, which Remark 1 has and the abstract leaves out.",
          "bound(k) <= sqrt(k) (c rho)^{k-1} bound(1)",
          ForAll(above_the_root(True), sizes((2, 40)), meets=is_steep, ladder=("fractions",)),
          ("c rho >= 1", "the product of the norms is taken as given"),
          Control("without that product, for c rho > 1", ForAll(above_the_root(False), sizes((2, 40), ABOVE)))),
    Claim("wen2021.abstract.best-available", "Abstract, and Section 1",
          "They are the best available bounds for networks with bias neurons.", "Theorem 1 against earlier bounds",
          Informal("a comparison with what was published at the time; smaller ones follow from the contraction principle in "
                   "a few lines: for c rho >= 1 (theorem-1.moments), without sqrt(k) for c rho < 1 (theorem-1.tails) and "
                   "for odd activations (theorem-1.odd)", "wen2021.theorem-1.moments.smaller")),
    Claim("wen2021.abstract.evidence", "Abstract, and Section 1",
          "Inducing sparsity can relieve overfitting, and weight normalization can accelerate convergence.",
          "empirical evidence", Informal("of experiments elsewhere", "wen2021.section-2.sparse.few-weights")),
)
