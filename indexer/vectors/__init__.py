"""Vectors by number: exact and approximate search over sets of vectors that never change."""
