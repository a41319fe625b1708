"""`python -m vizsla` is `vizsla`."""

from vizsla.cli import main

main()
