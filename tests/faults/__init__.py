"""Defects of other people's tools, to be planted into this compiler."""
