"""How well the right pictures come first: see `benchmarks.relevance.__main__`."""
