"""How a page of raw mentions becomes what may be stored.

`place` has a page sifted in a process that can be killed, with the `queries` that can be read. There, `normalise`
cleans and bounds each mention, `fingerprint` gives it the key by which it is known again, and `page` keeps those that
are about a brand. `batch` holds the values that travel on to the database.
"""
