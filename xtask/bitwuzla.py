"""The command `bitwuzla`, which the Python package of the solver lacks: SMT-LIB 2 from standard input."""

import sys

import bitwuzla

if "--help" in sys.argv:
    print("usage: bitwuzla --lang smt2")
    sys.exit()
options = bitwuzla.Options()
options.set(bitwuzla.Option.PRODUCE_MODELS, True)
terms = bitwuzla.TermManager()
bitwuzla.Parser(terms, options).parse("<stdin>")
