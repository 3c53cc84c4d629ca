"""A theory checker: every statement of five documents as a claim that can fail."""
