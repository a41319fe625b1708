"""`python -m vizsla.server`: one of the further processes that `vizsla serve` starts; not to be called by hand."""

from .workers import main

main()
