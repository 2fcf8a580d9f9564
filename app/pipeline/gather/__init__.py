"""How mentions are fetched, within what is allowed.

`schedule` decides when a source is read next; `pauses` keeps the hosts that want to be left alone; `meters` counts
what runs out, and `client` is the client that pays before it asks. `collect` reads the sources that are due,
`follow` those that never end, and `backfill` reads what was published before a source was set up: how far it has come
is in `past`.
"""
