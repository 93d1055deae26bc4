"""The passes over flat arrays, for large circuits: plain functions that numba compiles."""
