"""The bounds, held against families, random circuits and searches."""
