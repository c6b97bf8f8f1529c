"""`python -m windchime`: the command line."""

from windchime.cli import main

main()
