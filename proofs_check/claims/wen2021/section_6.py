"""Section 6: the conclusion."""

from proofs_check.checks import Informal
from proofs_check.claim import Claim

CLAIMS = (
    Claim("wen2021.section-6.rademacher", "Section 6, first paragraph",
          "The Rademacher complexity of the related sparse DNN space has been established.", "R_S(SN) = ...",
          Informal("Theorem 1 bounds it from above; what it is, it does not say", "wen2021.theorem-1")),
    Claim("wen2021.section-6.minimization", "Section 6, first paragraph",
          "The L1,inf minimization process leads to neural network sparsification that is competitive with current "
          "approaches.",
          "min ||V~_l||_{1,inf}",
          Informal("the norm is bounded by c in (2.2) and Algorithm 1, not minimised; and of the other approaches "
                   "Table 3 has accuracies, no sparsity", "wen2021.table-3.competitive")),
    Claim("wen2021.section-6.c-by-layer", "Section 6, second paragraph",
          "It would be interesting to extend the framework to a c that varies by layer.", "||V~_l||_{1,inf} <= c_l",
          Informal("a plan; of ReLU networks with a free output layer it would not change which functions there are, "
                   "as the class lies between those of the smallest and of the largest c_l, and these are the same",
                   "wen2021.section-2.rescaling")),
    Claim("wen2021.section-6.sample-size", "Section 6, Supplementary Material",
          "The classification experiment is extended to the effects of sample size and depth on generalization.", "n, k",
          Informal("in the Supplementary Material, which is not at hand", "wen2021.remark-2.samples")),
    Claim("wen2021.section-6.step-size", "Section 6, Supplementary Material",
          "The projection gradient descent algorithm is not sensitive to the initial step size.", "gamma_0",
          Informal("an experiment of the Supplementary Material, which is not at hand; steps that are too long have no "
                   "limit", "wen2021.algorithm-1.cycle")),
)
