"""Layers: values with pure `init`, `forward(params, x)` and `backward(params, cache, d_out)`."""

from pathnorm_ref.layers.activations import Abs, Identity, LeakyReLU, PReLU, ReLU, ReLU6, Softplus, Tanh
from pathnorm_ref.layers.batch_norm import BatchNorm
from pathnorm_ref.layers.conv2d import Conv2d
from pathnorm_ref.layers.dense import Dense
from pathnorm_ref.layers.dropout import Dropout
from pathnorm_ref.layers.layer import Layer
from pathnorm_ref.layers.pooling import AvgPool, Flatten, GlobalAvgPool, MaxPool

__all__ = ["Abs", "AvgPool", "BatchNorm", "Conv2d", "Dense", "Dropout", "Flatten", "GlobalAvgPool", "Identity",
           "Layer", "LeakyReLU", "MaxPool", "PReLU", "ReLU", "ReLU6", "Softplus", "Tanh"]
