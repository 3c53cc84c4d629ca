"""Yang et al. 2022: Figures 1, 2 and 3, Table 1."""
