"""The classes of nets of bounded L_{1,inf} norm of Wen et al. 2021, Section 2.3: membership, range, Lipschitz constant.

Their V_l is (1 + n_in, n_out) with the bias in row 0; ours is its transpose, `augmented`, (n_out, 1 + n_in), so that
their columns are our rows.
"""

import math

import numpy as np

from pathnorm_ref.arrays import greater, is_exact, leaves, namespace, number, ones, zeros
from pathnorm_ref.complexity.scalars import check_class
from pathnorm_ref.layers import Dense
from pathnorm_ref.layers.activations import Activation
from pathnorm_ref.norms import l_pq
from pathnorm_ref.units import hidden_layers, scale


def augmented(own):
    """(b, W), (n_out, 1 + n_in), of the parameters (W, b) or (W,) of a dense layer: a missing bias counts as 0.

    `l_pq(augmented(own), 1, inf)` is ||T||_{1,inf}, and `l_pq(augmented(own), 1, 1)` is ||T||_{1,1} of Theorem 3, and
    ||T||_1 of Theorem 2 where there is one output. ValueError for parameters of other shapes.
    """
    xp = namespace(params=own)
    if len(own) not in (1, 2) or own[0].ndim != 2 or [b.shape for b in own[1:]] not in ([], [own[0].shape[:1]]):
        raise ValueError("own must be (W, b) or (W,), with W (n_out, n_in) and b (n_out,), as a dense layer has them")
    bias = own[1] if len(own) == 2 else zeros(xp, own[0].shape[:1], own[0])
    return xp.concat([bias[:, None], own[0]], axis=1)


def why_outside(net, params, c, o=None):
    """None if the net is in the class SN_{c,o} of sparse nets (Wen et al. 2021, Section 2.3), else why not, a sentence.

    The class: dense layers, between any two of them one and the same activation with sigma(0) = 0; the L1 norm of
    each hidden unit's incoming weights, its bias with them, is at most c > 0; that of output j at most o_j >= 0. Depth,
    widths and activation are the net's own. `o` is a number, for all outputs, or a sequence of one for each; None
    sets no limit, which is the class S_c. Exact on Fractions; on floats it compares rounded sums (arrays.convert helps).

    ValueError for c or o out of range or a sequence of another length, and for parameters that do not fit; `Undecided`
    for balls that overlap a limit.
    """
    net.check_params(params)
    reason = _other_architecture(net)
    if reason:
        return reason
    namespace(params=params)
    _, like = next(leaves(params))
    c, n_out = number("c", c, like, above=0), net[-1].n_out
    limits = None if o is None else [number("o", value, like, at_least=0)
                                     for value in (o if np.ndim(o) else [o] * n_out)]
    if limits is not None and len(limits) != n_out:
        raise ValueError(f"o has {len(limits)} entries: the net has {n_out} outputs")
    for i in range(0, len(net) - 1, 2):
        for unit, limit in zip(_unit_norms(params[i]), [c] * net[i].n_out, strict=True):
            if bool(greater(unit, limit)):
                return f"layer {i} has a unit whose weights and bias have L1 norm {unit}: c is {limit}"
    for j, (unit, limit) in enumerate(zip(_unit_norms(params[-1]), limits or [], strict=limits is not None)):
        if bool(greater(unit, limit)):
            return f"output {j} has weights and bias of L1 norm {unit}: o is {limit}"
    return None


def into_class(net, params, c):
    """Parameters of the same function in S_c, for any c > 0: in each hidden layer the largest L1 norm of a unit is c.

    sigma is homogeneous: sigma(s t) = s sigma(t), s > 0. What layer l puts out is scaled by s_l, so that s_l b_l and
    (s_l / s_(l-1)) W_l take the place of b_l and W_l, and W_(k+1) / s_k that of the last weights; a layer of zeros stays.
    So S_c is the class of all nets of that architecture, whatever c is. For c' <= c, s_l >= (c' / c)^l by induction on
    ||b|| + ||W|| / s_(l-1) <= c / min(1, s_(l-1)), so that SN_{c,o} is part of SN_{c', o (c / c')^k}.

    On floats all is to rounding. ValueError if c <= 0, for parameters that do not fit, for other architectures (see
    `why_outside`), for activations that are not homogeneous, and where a scaled weight is beyond the range of its dtype
    or rounds to 0.
    """
    net.check_params(params)
    reason = _other_architecture(net)
    if reason or not all(layer.homogeneous for layer in net):
        raise ValueError(reason or f"net is {net}: its activation must be homogeneous")
    xp = namespace(params=params)
    c = number("c", c, next(leaves(params))[1], above=0)
    for hidden in hidden_layers(net):
        top = l_pq(augmented(params[hidden.incoming]), 1, math.inf)
        if bool(greater(top, 0)):
            with np.errstate(all="ignore"):
                s = c / top * ones(xp, (hidden.n_units,), params[0][0])
                params = _in_range(xp, c, hidden, params, scale(xp, net, params, hidden, s, 1 / s))
    return params


def _in_range(xp, c, hidden, before, after):
    for i in (hidden.incoming, hidden.outgoing):
        for old, new in zip(before[i], after[i], strict=True):
            if not is_exact(new) and not bool(xp.all(xp.isfinite(new) & ((new != 0) == (old != 0)))):
                raise ValueError(f"c is {c}: scaled to it, weights of layer {hidden.incoming} or {hidden.outgoing} leave "
                                 f"the range of {new.dtype}")
    return after


def _other_architecture(net):
    if len(net) % 2 == 0 or not all(isinstance(layer, Dense) for layer in net[::2]):
        return f"the net is {net}: dense layers and activations must take turns, from a dense layer to a dense layer"
    for i, layer in enumerate(net[1::2]):
        if not isinstance(layer, Activation) or layer.param_shapes or layer != net[1]:
            return f"layer {2 * i + 1} is {layer}: between dense layers stands one and the same activation"
        if layer._forward(np, (), np.zeros((1, 1)))[0].item() != 0:
            return f"layer {2 * i + 1} is {layer}: sigma(0) must be 0"
    return None


def _unit_norms(own):
    matrix = augmented(own)
    return [l_pq(matrix[j:j + 1, :], 1, math.inf) for j in range(matrix.shape[0])]


# --- of every net of the class ---------------------------------------------------------------------------

def class_range(k, c, o, rho=1):
    """o max(1, (c rho)^k), a Fraction: |f(x)| is at most that for every f of SN_{c,o} with k hidden layers, x in [-1, 1]^m1.

    Of a rho-Lipschitz activation with sigma(0) = 0, so |sigma(t)| <= rho |t|: if all that a unit reads, the 1 of its bias
    among it, is at most max(1, r_(l-1)), its output is at most r_l = rho c max(1, r_(l-1)); r_0 = 1, |f| <= o max(1, r_k).
    If |sigma(t)| = rho |t| for all t of one sign (ReLU, leaky ReLU, |t|), constant nets attain it; then `mean_sign` times
    it is a bound on the empirical Rademacher complexity from below. ValueError unless k >= 0, and c, o, rho > 0.
    """
    k, ratio, o = check_class(k, c, o, rho)
    return o * max(1, ratio**k)


def class_lipschitz(k, c, o, rho=1):
    """o (c rho)^k, a Fraction: |f(x) - f(y)| <= o (c rho)^k max_j |x_j - y_j| for every f of SN_{c,o} with k hidden layers.

    Each unit's weights have L1 norm at most c, so that a layer and its activation stretch maximum norms by c rho at most.
    Attained where `class_range` is, by a chain of units. Arguments and errors are those of `class_range`.
    """
    k, ratio, o = check_class(k, c, o, rho)
    return o * ratio**k
