"""From the output of programs to what went wrong and what helps.

The stages, each in modules of its own: the text as it was meant (`decoding`, `normal`), what wrote
it, where and for which package (`context`), the signs in it (`table`, `scan`), which of their
causes explains the others (`arbitration`), and what helps on that machine (`remedies`). `diagnose`
runs them.
"""
