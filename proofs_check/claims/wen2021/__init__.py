"""Wen et al. 2021, Sparse Deep Neural Networks Using L1,inf-Weight Normalization."""
