"""How a page of raw mentions becomes what may be stored.

`fingerprint` tells when two mentions are one and the same; `normalise` cleans and bounds a mention; `page` keeps what
is about a brand, in a process that can be killed. `batch` holds what travels, and `place` has a page sifted.
"""
