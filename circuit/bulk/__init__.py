"""Arrays of traced values, whose gates NumPy lays down in bulk."""
