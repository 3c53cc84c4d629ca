"""Wen et al. 2021: Tables 1, 2 and 3, Figures 1 to 5."""
