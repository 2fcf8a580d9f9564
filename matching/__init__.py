"""What a text is about.

`query` reads the query by which a brand is recognised, `hints` says what in it may not have been meant so, `match`
looks for brands in a text, `proposal` makes a query of a brand's name, and `story` says which texts are copies of one
another.
"""
