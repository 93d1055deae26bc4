"""A network trained by compiled gradients, paid in gates."""
