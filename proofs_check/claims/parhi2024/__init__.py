"""Parhi 2024, On the Sparsity-Promoting Effect of Weight Decay in Deep Learning (slides)."""
