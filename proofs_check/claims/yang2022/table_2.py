"""Appendix C.1.2 with Table 2: the layers of the networks, their numbers, their groups."""

from itertools import pairwise

from pathnorm_ref.architectures import mlp_d_n, vgg19
from pathnorm_ref.layers import Conv2d, Dense, MaxPool, ReLU
from pathnorm_ref.network import Net
from pathnorm_ref.units import couples, weight_layers
from proofs_check.checks import Certificate
from proofs_check.claim import Claim, Control

# --- the table: the groups of each network, a layer as (inputs, outputs), as printed -------------------

RELU = "ReLU"
TABLE = {
    "MLP-3-400 factorized": (
        ((784, 400), RELU, (400, 400)),
        ((400, 400), RELU, (400, 400)),
        ((400, 400), RELU, (400, 10))),
    "MLP-6-400": (
        ((784, 400), RELU, (400, 400), RELU),
        ((400, 400), RELU, (400, 400), RELU),
        ((400, 400), RELU, (400, 10))),
    "MLP-3-800": (
        ((784, 800), RELU),
        ((800, 800), RELU),
        ((800, 800), RELU),
        ((800, 10),)),
    "MLP-3-800 factorized": (
        ((784, 800), RELU, (800, 800)),
        ((800, 800), RELU, (800, 800)),
        ((800, 800), RELU, (800, 10))),
}
COUPLED = ("MLP-3-400 factorized", "MLP-6-400", "MLP-3-800 factorized")
"""Those of which the caption says that each coupling layer is grouped together."""
CONVOLUTIONS = {"VGG19": (2, 2, 4, 4, 4), "VGG16": (2, 2, 3, 3, 3)}
"""Convolutional layers before each max-pooling layer, in the document's reference [34]: columns E and D there."""


def layers(name):
    """The layers of a network, one after the other."""
    return [layer for group in TABLE[name] for layer in group]


def matrices(name):
    """(inputs, outputs) of its weight matrices."""
    return [layer for layer in layers(name) if layer != RELU]


def as_net(name):
    return Net(*(ReLU() if layer == RELU else Dense(*layer) for layer in layers(name)))


def depth_and_width(name):
    """(d, n) of MLP-d-n."""
    d, n = name.split()[0].split("-")[1:]
    return int(d), int(n)


# --- depth ---------------------------------------------------------------------------------------------

def layers_of_n_neurons(names):
    """Whether MLP-d-n has d fully connected layers, each with n neurons."""
    def facts():
        told = {}
        for name in names:
            d, n = depth_and_width(name)
            outputs = [n_out for _, n_out in matrices(name)]
            in_table = f"Table 2 has layers of {', '.join(map(str, outputs))}"
            told[f"{name} has {d} layers, each with {n} neurons, and {in_table}"] = outputs == [n] * d
        return told
    return facts


def hidden_layers_of_n_neurons(expected):
    """Whether the layers but the last, which has 10 neurons, are so many of n."""
    def facts():
        return {f"{name} has {d} hidden layers of {depth_and_width(name)[1]} neurons, and an output layer of 10":
                [n_out for _, n_out in matrices(name)] == [depth_and_width(name)[1]] * d + [10]
                for name, d in expected.items()}
    return facts


# --- factorisation -------------------------------------------------------------------------------------

def multiplied_out(name):
    """The layers after multiplying matrices between which there is no ReLU."""
    product: list = []
    for layer in layers(name):
        if product and RELU not in (layer, product[-1]):
            product[-1] = (product[-1][0], layer[1])
        else:
            product.append(layer)
    return product


def every_layer_factorised(number_of):
    """Whether MLP-3-800 factorized has as many matrices as MLP-3-800 gives, if so many of them are factorised."""
    def facts():
        original, factorised = len(matrices("MLP-3-800")), len(matrices("MLP-3-800 factorized"))
        n = number_of(original)
        return {f"{n} of the {original} matrices of MLP-3-800 factorised into 2 make {original + n}, and Table 2 has "
                f"{factorised}": factorised == original + n}
    return facts


def all_layers(original):
    return original


def inner_layers(original):
    return original - 2


def factorised_multiplies_out(factorised, original):
    def facts():
        return {f"{factorised}, multiplied out, is {original}": multiplied_out(factorised) == layers(original)}
    return facts


# --- groups --------------------------------------------------------------------------------------------

def layers_fit():
    """Whether each matrix reads what the one before feeds, from 28 x 28 pixels to 10 classes."""
    facts = {}
    for name in TABLE:
        shapes = matrices(name)
        facts[f"{name} leads from 28 x 28 to 10"] = (shapes[0][0], shapes[-1][1]) == (28 * 28, 10)
        facts[f"{name}: each layer reads what the one before feeds"] = all(
            one[1] == two[0] for one, two in pairwise(shapes))
    return facts


def swapped_layers_fit():
    """The same, a matrix being printed as outputs x inputs, as in Appendix B.1."""
    return {f"{name}: each layer reads what the one before feeds": all(
        one[0] == two[1] for one, two in pairwise(matrices(name))) for name in TABLE}


def groups_are_couples(names):
    """Whether each group holds one couple of matrices (2j - 1, 2j), and no matrix is left over."""
    def facts():
        told = {}
        for name in names:
            net = as_net(name)
            pairs, leftover = couples(net)
            numbers = {index: number for number, index in enumerate(weight_layers(net))}
            told[f"{name}: group j holds the matrices 2j - 1 and 2j, and none is left over"] = (
                leftover is None and len(pairs) == len(TABLE[name])
                and all(len([layer for layer in group if layer != RELU]) == 2 for group in TABLE[name])
                and [(numbers[pair.incoming], numbers[pair.outgoing]) for pair in pairs]
                == [(2 * j, 2 * j + 1) for j in range(len(pairs))])
        return told
    return facts


def house_has_them(names):
    """Whether the house's nets of these names are the columns of the table (of other names)."""
    def facts():
        told = {}
        for name, column in names.items():
            net = [layer for layer in mlp_d_n(name) if isinstance(layer, (Dense, ReLU))]
            told[f"mlp_d_n({name!r}) has the layers of {column}"] = layers(column) == [
                (layer.n_in, layer.n_out) if isinstance(layer, Dense) else RELU for layer in net]
        return told
    return facts


def groups_are_as_the_caption_says(coupled, single):
    def facts():
        return groups_are_couples(coupled)() | {
            f"{name}: each group holds one matrix": all(
                len([layer for layer in group if layer != RELU]) == 1 for group in TABLE[name]) for name in single}
    return facts


# --- VGG -----------------------------------------------------------------------------------------------

def convolutions_and_pools(name):
    """Sixteen convolutions, a max-pooling layer after every two or four."""
    def facts():
        blocks = CONVOLUTIONS[name]
        return {f"{' + '.join(map(str, blocks))} = {sum(blocks)}: there are 16 convolutional layers": sum(blocks) == 16,
                "each block has two or four": set(blocks) <= {2, 4}}
    return facts


def pooling_inside_no_couple(name):
    """Pooling follows convolutions 2, 4, 8, 12, 16: all even, so that no couple (2j - 1, 2j) has it inside."""
    def facts():
        blocks = CONVOLUTIONS[name]
        before = [sum(blocks[:i + 1]) for i in range(len(blocks))]
        return {f"max-pooling follows convolution {n}, the last of a couple": n % 2 == 0 for n in before} | {
            f"of {sum(blocks) + 1} weight layers the last is left over": (sum(blocks) + 1) % 2 == 1}
    return facts


def one_dense_layer(number, size=32):
    """Whether the house's vgg19 for images of this size ends with so many dense layers, the first reading 512 numbers."""
    def facts():
        dense = [layer for layer in vgg19(size=size) if isinstance(layer, Dense)]
        maps = size // 2 ** len(CONVOLUTIONS["VGG19"])
        return {f"five halvings take {size} x {size} to {maps} x {maps}": maps == 1,
                f"{len(dense)} dense layer reads {dense[0].n_in} numbers, one of each channel":
                (len(dense), dense[0].n_in) == (number, 512 * maps**2)}
    return facts


def hidden_neurons_and_weights(names, same_weights):
    """Whether two networks have as many hidden neurons (before a ReLU), and as many weights or not."""
    def facts():
        neurons = [sum(one[1] for one, two in pairwise(layers(name)) if two == RELU) for name in names]
        weights = [sum(n_in * n_out for n_in, n_out in matrices(name)) for name in names]
        return {f"hidden neurons: {' and '.join(map(str, neurons))}": len(set(neurons)) == 1,
                f"weights: {' and '.join(map(str, weights))}": (len(set(weights)) == 1) is same_weights}
    return facts


def house_has_the_blocks(name):
    """Whether the house's vgg19 has the convolutions between its max-pooling layers."""
    def facts():
        blocks, count = [], 0
        for layer in vgg19():
            count += isinstance(layer, Conv2d)
            if isinstance(layer, MaxPool):
                blocks.append(count)
                count = 0
        return {f"vgg19() has {', '.join(map(str, blocks))} convolutions before its max-pooling layers, as {name}":
                tuple(blocks) == CONVOLUTIONS[name] and count == 0}
    return facts


CLAIMS = (
    Claim("yang2022.table-2.layers", "Section 5, second paragraph, and Appendix C.1.2, with Table 2",
          "MLP-d-n is d fully connected layers, each with n neurons.",
          "n_2 = ... = n_{d+1} = n, for MLP-6-400 and MLP-3-800",
          Certificate(layers_of_n_neurons(("MLP-6-400", "MLP-3-800"))), ("the layers of Table 2",),
          fault="wrong", correction="yang2022.table-2.layers.corrected",
          tex=r"\text{MLP-}d\text{-}n:\ d \text{ layers}, \quad n_2 = \dots = n_{d+1} = n",
          explanation="Count in Table 2: MLP-6-400 has six matrices, the output layer of 10 neurons among them; "
          "MLP-3-800 has four, of which three feed 800 neurons. Whether the output layer counts in d or not, one of "
          "them fails."),
    Claim("yang2022.table-2.layers.corrected", "Section 5, second paragraph, and Appendix C.1.2, with Table 2",
          "MLP-6-400 has five hidden layers of 400 neurons and an output layer, MLP-3-800 three hidden layers of 800 "
          "and an output layer: d counts the output layer in the first and not in the second.",
          "hidden layers: 5 in MLP-6-400, 3 in MLP-3-800",
          Certificate(hidden_layers_of_n_neurons({"MLP-6-400": 5, "MLP-3-800": 3})), (),
          Control("MLP-d-n has d hidden layers of n neurons in both", Certificate(
              hidden_layers_of_n_neurons({"MLP-6-400": 6, "MLP-3-800": 3}))), ours=True,
          tex=r"\text{hidden layers: } d - 1 = 5 \text{ in MLP-6-400}, \quad d = 3 \text{ in MLP-3-800}"),
    Claim("yang2022.table-2.factorized", "Section 5, second paragraph, and Appendix C.1.2, b, with Table 2",
          "In MLP-d-n factorized each layer of MLP-d-n is factorised into two linear layers.",
          "number of matrices of MLP-3-800 factorized = 2 * number of matrices of MLP-3-800",
          Certificate(every_layer_factorised(all_layers)), ("the layers of Table 2",), fault="missing hypothesis",
          correction="yang2022.table-2.factorized.corrected",
          tex=r"W^k = Q^k P^k \text{ for every layer } k",
          explanation="Table 2 has four matrices for MLP-3-800 and six for MLP-3-800 factorized (seven, if each layer of "
          "800 neurons were factorised and the output layer not): the first and the last are as they were, as Appendix "
          "B.1 has it (Q^1 = W^1, P^L = W^L)."),
    Claim("yang2022.table-2.factorized.corrected", "Section 5, second paragraph, and Appendix C.1.2, b, with Table 2",
          "Each layer but the first and the last is factorised into two.",
          "number of matrices of MLP-3-800 factorized = L + (L - 2), L the number of MLP-3-800",
          Certificate(every_layer_factorised(inner_layers)), (),
          Control("each layer is", Certificate(every_layer_factorised(all_layers))), ours=True,
          tex=r"W^k = Q^k P^k \text{ for } 1 < k < L, \quad Q^1 = W^1, \quad P^L = W^L"),
    Claim("yang2022.table-2.product", "Appendix C.1.2, Table 2",
          "MLP-3-800 factorized, its matrices multiplied where no ReLU is between them, has the layers of MLP-3-800.",
          "Q^k P^k = W^k, n_k x n_{k+1}",
          Certificate(factorised_multiplies_out("MLP-3-800 factorized", "MLP-3-800")), (),
          Control("it has the layers of MLP-6-400",
                  Certificate(factorised_multiplies_out("MLP-3-800 factorized", "MLP-6-400")))),
    Claim("yang2022.table-2.shapes", "Appendix C.1.2, Table 2",
          "In each network a layer reads what the one before feeds, from 28 x 28 pixels to 10 classes; a matrix is "
          "printed as inputs x outputs (in Appendix B.1, as outputs x inputs).",
          "n_1 = 784, n_{L+1} = 10", Certificate(layers_fit), (),
          Control("a matrix is printed as outputs x inputs", Certificate(swapped_layers_fit))),
    Claim("yang2022.table-2.task-5", "Appendix C.1.2, Task 5, with Table 2 and Figure 3",
          "The two networks that Figure 3 compares have as many hidden neurons, 2400, so that their sparsities are shares "
          "of one number; but not as many weights.", "3 * 800 neurons; 1 915 200 and 3 195 200 weights",
          Certificate(hidden_neurons_and_weights(("MLP-3-800", "MLP-3-800 factorized"), same_weights=False)), (),
          Control("and as many weights", Certificate(
              hidden_neurons_and_weights(("MLP-3-800", "MLP-3-800 factorized"), same_weights=True))), ours=True),
    Claim("yang2022.table-2.groups", "Appendix C.1.2, Table 2, caption",
          "For MLP-3-400 factorized, MLP-6-400 and MLP-3-800 factorized the groups are the couples of layers 2j - 1 "
          "and 2j; for MLP-3-800 each layer is a group.", "group j = {W^{2j-1}, W^{2j}}, or {W^j}",
          Certificate(groups_are_as_the_caption_says(COUPLED, ("MLP-3-800",))), (),
          Control("the groups of MLP-3-800 are couples too",
                  Certificate(groups_are_as_the_caption_says((*COUPLED, "MLP-3-800"), ())))),
    Claim("yang2022.table-2.house", "Appendix C.1.2, Table 2", "The house's mlp_d_n builds the columns of Table 2.",
          "mlp_d_n(name) = column of Table 2", Certificate(house_has_them({name: name for name in TABLE})), (),
          Control("its MLP-6-400 is the column MLP-3-400 factorized",
                  Certificate(house_has_them({"MLP-6-400": "MLP-3-400 factorized"}))), ours=True),
    Claim("yang2022.appendix-c1.vgg19.house", "Appendix C.1.2, c", "The house's vgg19 has the blocks of VGG19.",
          "2, 2, 4, 4, 4", Certificate(house_has_the_blocks("VGG19")), ("VGG19 as in [34]",),
          Control("it has those of VGG16", Certificate(house_has_the_blocks("VGG16"))), ours=True),
    Claim("yang2022.appendix-c1.vgg19", "Appendix C.1.2, c",
          "VGG19 has 16 convolutional layers, and a max-pooling layer after every two or four of them.",
          "2 + 2 + 4 + 4 + 4 = 16", Certificate(convolutions_and_pools("VGG19")), ("VGG19 as in [34]",),
          Control("VGG16 has", Certificate(convolutions_and_pools("VGG16")))),
    Claim("yang2022.appendix-c1.vgg19.dense", "Appendix C.1.2, c",
          "One fully-connected layer in place of three is the classifier; max-pooling halves the feature maps.",
          "32 / 2^5 = 1: it reads 512 * 1 * 1", Certificate(one_dense_layer(1)), ("the house's vgg19, on 32 x 32",),
          Control("three are", Certificate(one_dense_layer(3))), ours=True),
    Claim("yang2022.appendix-c1.vgg19.couples", "Appendix C.1.2, c, with Appendix B.1",
          "In VGG19 no couple of convolutions 2j - 1 and 2j has a pooling layer inside, and the one dense layer, the "
          "17th, is left over: the couples across pooling of Appendix B.1 don't occur in the experiments.",
          "2, 4, 8, 12, 16 are even", Certificate(pooling_inside_no_couple("VGG19")), ("VGG19 as in [34]",),
          Control("in VGG16 neither", Certificate(pooling_inside_no_couple("VGG16"))), ours=True),
)
