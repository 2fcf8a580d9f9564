"""How mentions are stored and counted.

`store` writes a batch, once, however often it comes; `rematch` applies a brand's changed query to what is stored;
`aggregate` counts the hours again from the rows.
"""
