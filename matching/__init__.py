"""What a text is about.

`query` reads the query that a brand is recognised by, `match` looks for the brands in a text, and `story` tells which
texts are copies of one another.
"""
