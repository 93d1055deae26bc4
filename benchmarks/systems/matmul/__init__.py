"""Matrix products of three kinds, and the inverse as a gradient."""
