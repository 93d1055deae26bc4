"""Loops over the gates of large circuits, as plain functions over flat arrays that numba compiles."""
