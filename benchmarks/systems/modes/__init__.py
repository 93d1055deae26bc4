"""A gradient by every mode, and Jacobians by both."""
