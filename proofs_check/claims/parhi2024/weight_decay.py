"""The slides on neural balance and on the secret sparsity of weight decay, and the rates."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.layers import ReLU, ReLU6
from pathnorm_ref.objectives import multitask_lasso_objective, path_norm_objective
from pathnorm_ref.rescaling import balance_sweep, normalise
from pathnorm_ref.units import Bias
from proofs_check.cases import mlp_cases, units
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.section_1 import rescaled_output
from proofs_check.claims.yang2022.section_3 import product_of_any, product_of_balanced
from proofs_check.claims.yang2022.section_4 import objectives
from proofs_check.claims.yang2022.theorem_1 import not_improved, unbalanced
from proofs_check.rescaled import difference
from proofs_check.violations import above, both, unequal


def relu_nets(**options):
    """v_k (w_k^T x)_+ summed over k: one hidden layer of ReLUs, without biases."""
    return mlp_cases(Bias.ABSENT, n_layers=(2, 2), activations=lambda n: st.just(ReLU()), **options)


def unsquared_minimum():
    g, r, s = polynomials("g", "r", "s")  # V = r^2, W = s^2
    return {"g (r^2 / g + g s^2 - 2 r s) = (g s - r)^2, so ||v|| / g + g ||w|| is least where g = r / s = "
            "sqrt(||v|| / ||w||)": r**2 + g**2 * s**2 - 2 * g * r * s == (g * s - r)**2,
            "with squares, g^2 (r^4 / g^2 + g^2 s^4 - 2 r^2 s^2) = (g^2 s^2 - r^2)^2: least at the same g":
            r**4 + g**4 * s**4 - 2 * g**2 * r**2 * s**2 == (g**2 * s**2 - r**2)**2}


def wrong_minimum():
    g, r, s = polynomials("g", "r", "s")
    return {"the same at g = ||v|| / ||w||": r**2 + g**2 * s**2 - 2 * g * r * s == (g * s**2 - r**2)**2}


def not_equal_to_path_norm(case):
    """Weight decay of the balanced net against the path-norm objective of the net."""
    params = balance_sweep(case.net, case.params, case.bias)
    F, G = objectives(case)
    return both(above(G, F), unequal(objectives(case, params)[0], G), difference(case, params))


def lasso(case, params):
    return multitask_lasso_objective(case.net, params, case.x, case.y, case.lam, case.bias, case.loss)


def not_equal_to_lasso(case):
    """The multitask lasso at the normalised net against the path-norm objective of the net."""
    params = normalise(case.net, case.params, case.bias)
    W = params[0][0]
    value = path_norm_objective(case.net, case.params, case.x, case.y, case.lam, case.bias, case.loss)
    return both(unequal(lasso(case, params), value), difference(case, params), unequal(np.sum(W * W, axis=1), 1),
                unequal(lasso(case, params), objectives(case, params)[1]))


def not_normalised_lasso(case):
    return unequal(lasso(case, case.params), objectives(case)[1])


def not_convex():
    w = Fraction(1), Fraction(-1)
    return {"1 and -1 have ||w|| = 1": all(u * u == 1 for u in w), "their midpoint has not": ((w[0] + w[1]) / 2)**2 != 1}


def not_convex_inside():
    return {"the midpoint has ||w|| > 1": ((Fraction(1) + Fraction(-1)) / 2)**2 > 1}


def minimax_exponent():
    """(d + 3) / (2 d + 3) = 1/2 + 3 / (2 (2 d + 3)) > 1/2, and 3 / (d + 3) < 1/2 just for d > 3."""
    d, = polynomials("d")
    return {"2 (d + 3) = (2 d + 3) + 3, so (d + 3) / (2 d + 3) > 1/2 for every d >= 1": 2 * (d + 3) == (2 * d + 3) + 3}


def wrong_exponent():
    d, = polynomials("d")
    return {"2 (d + 3) = 2 d + 3": 2 * (d + 3) == 2 * d + 3}


CLAIMS = (
    Claim("parhi2024.homogeneity", "Slide «Neural Balance»",
          "A ReLU unit stays the same if v is divided, and w multiplied, by any gamma > 0.",
          "v (w^T z)_+ = gamma^-1 v (gamma w^T z)_+",
          ForAll(rescaled_output, units(lambda n: st.just(ReLU()), bias=False), ladder=("fractions",)), (),
          Control("the same of ReLU6", ForAll(rescaled_output, units(lambda n: st.just(ReLU6()), bias=False)))),
    Claim("parhi2024.neural-balance", "Slides «Neural Balance Theorem» and «Neural Balance»",
          "At a global minimiser of the weight decay objective, input and output weights of each ReLU have equal norms.",
          "||w||_2 = ||v||_2",
          ForAll(not_improved, mlp_cases(activations=lambda n: st.just(ReLU())), ladder=("fractions",)),
          ("a global minimiser, lambda > 0", "no biases"),
          Control("at any weights", ForAll(unbalanced, mlp_cases(n_layers=(2, 2))))),
    Claim("parhi2024.neural-balance.proof", "Slide «Neural Balance», proof",
          "gamma = sqrt(||v|| / ||w||) minimises ||v / gamma|| + ||gamma w||, printed without the squares of weight decay: "
          "it minimises both sums.", "argmin_{gamma > 0} ||gamma^-1 v||_2 + ||gamma w||_2 = sqrt(||v||_2 / ||w||_2)",
          Certificate(unsquared_minimum), ("w and v are not zero",),
          Control("gamma = ||v|| / ||w||", Certificate(wrong_minimum))),
    Claim("parhi2024.balanced-product", "Slide «Neural Balance», last line",
          "At a global minimiser the mean of the squared norms is their product.",
          "(||v||^2 + ||w||^2) / 2 = ||v|| ||w||", Certificate(product_of_balanced), ("||w|| = ||v||",),
          Control("at any weights", Certificate(product_of_any))),
    Claim("parhi2024.path-norm", "Slide «Secret Sparsity», weight decay to path-norm",
          "Weight decay and the path-norm give the same problem: G <= F, and rebalancing takes F to G with the same "
          "function.", "min L + lambda/2 sum (||v_k||^2 + ||w_k||^2) = min L + lambda sum ||v_k|| ||w_k||",
          ForAll(not_equal_to_path_norm, relu_nets(), ladder=("balls",), n_examples=40), ("no biases",),
          Control("without rebalancing", ForAll(lambda case: unequal(*objectives(case)), relu_nets(), ladder=("balls",)))),
    Claim("parhi2024.multitask-lasso", "Slide «Secret Sparsity», path-norm to multitask lasso",
          "So do the path-norm and the lasso on ||w_k|| = 1 (a unit with w = 0 takes any w and v = 0).",
          "min L + lambda sum ||v_k|| ||w_k|| = min_{||w_k|| = 1} L + lambda sum ||v_k||",
          ForAll(not_equal_to_lasso, relu_nets(), ladder=("balls",), n_examples=40), ("no biases",),
          Control("without normalising", ForAll(not_normalised_lasso, relu_nets(), ladder=("balls",)))),
    Claim("parhi2024.multitask-lasso.non-convex", "Slide «Secret Sparsity», second",
          "That multitask lasso is not convex: its constraint set is not.", "{w : ||w|| = 1} is not convex",
          Certificate(not_convex), (),
          Control("the ball ||w|| <= 1 is not convex, by the same points", Certificate(not_convex_inside))),
    Claim("parhi2024.minimax-rate", "Slide «Minimax Optimality of Neural Networks»",
          "The rate N^-((d+3)/(2d+3)) is N^-(1/2) or faster in every dimension.", "N^-((d+3)/(2d+3)) = O(N^(-1/2))",
          Certificate(minimax_exponent), ("N >= 1", "d >= 1"),
          Control("the exponent is 1/2", Certificate(wrong_exponent))),
)
