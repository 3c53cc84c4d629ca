"""Path norms, weight decay and sparsity of neural networks: a functional NumPy reference."""

__version__ = "0.1.0"
