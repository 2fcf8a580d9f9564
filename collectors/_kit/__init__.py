"""What collectors of any platform are made of.

Forms: `fields` and `inbound`. Asking: `fetch` asks an address once, `refusals` reads by a table what it means when
nothing comes, `limits` reads what platforms say of their limits, `tokens` signs what they want signed, `live` reads
streams. Going through what a platform lists: `paging` knows what was met before, `walk` goes from answer to answer and
back through a window; on it `newest` reads listings that begin with the newest, `slices` stretches of time, `entries`
lists whose entries are looked at one by one, `watched` and `comments` one's own posts and the comments under them.
Reading answers: `answers`, `items`, `times`, `stars`. `signatures` proves who wrote to us; `texts` reads what a kind
says of itself to people, and `reference` writes the page `docs/collectors.md` from it.
"""
