"""Yang et al. 2022, A Better Way to Decay: Proximal Gradient Training Algorithms for Neural Nets."""
