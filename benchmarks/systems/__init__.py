"""The systems that the theorem speaks of, one module each: what lecture notes claim of it beside exact counts."""
