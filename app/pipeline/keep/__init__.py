"""How mentions are stored and counted.

`store` writes a batch, once, however often it comes. `known` looks up what its mentions may be, `identity` tells which
of those each one is, and `changes` decides what is to be done about each mention,
`stories` puts the copies of a text together, `matches` writes which brands a mention is about, `bulk` writes many rows
at once, `quarantine` sets aside what cannot be stored, `brought` remembers what imports alone have brought, and
`removal` deletes mentions with all that hangs on them. `rematch` applies a brand's changed query to what is stored,
`brand_removal` deletes what removed brands have matched;
`aggregate` counts the hours again from the rows.
"""
