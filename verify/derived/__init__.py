"""verify.derived: programs of other derivatives than the gradient, told apart by the name of their function."""
