"""Backprop by hand beside the compiled gradient."""
