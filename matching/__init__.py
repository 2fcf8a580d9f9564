"""What a text is about.

`query` reads what a brand is recognised by, `match` looks for the brands in a text, `story` tells which texts are
copies of one another.
"""
