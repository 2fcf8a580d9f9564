"""What a text is about.

`query` reads the query by which a brand is recognised: by its `grammar`, with `patterns` in its terms and its `fields`,
into `nodes`. `match` looks for brands in a text, and `lexemes` writes the query for PostgreSQL. `in_words` says it to
people, `hints` what in it may not have been meant so, and `clauses` takes it apart; `imported` translates those of
other tools, and `proposal` makes one of a brand's name. `narrowing` is what narrows a brand beside its query. `story`
says which texts are copies of one another.
"""
