"""What collectors of any platform are made of.

Forms: `fields` and `inbound`. Asking: `fetch` asks an address once, `refusals` reads by a table what it means when
nothing comes, `limits` reads what platforms say of their limits, `tokens` signs what they want signed, `live` reads
streams. Walking: `paging`, `newest`, `slices`, `watched`. Reading answers: `answers`, `items`, `times`, `stars`.
`signatures` proves who wrote to us; `texts` reads what a kind says of itself to people, and `reference` writes the page
`docs/collectors.md` from it.
"""
