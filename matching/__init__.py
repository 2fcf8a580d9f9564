"""What a text is about.

`query` reads the query by which a brand is recognised, `match` looks for brands in a text, and `story` says which
texts are copies of one another.
"""
