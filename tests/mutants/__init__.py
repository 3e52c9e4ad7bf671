"""Mutants of the product, and the program that shows which test catches each."""
