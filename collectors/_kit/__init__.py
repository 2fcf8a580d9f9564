"""What collectors of any platform are made of.

Forms: `fields` and `inbound`. Asking: `fetch` asks an address once, `refusals` looks up in a table what a refusal
means, `limits` reads the headers about limits, `tokens` signs what platforms want signed, `live` reads streams. Going
through what a platform lists: `paging` remembers what was met, `walk` goes from answer to answer and back through a
window; on it, `newest` reads listings that come newest first, `slices` windows, `entries` lists whose entries are asked
for one by one, `watched` and `comments` one's own posts and the comments under them. Reading answers: `answers`,
`items`, `times`, `stars`. `signatures` checks who sent us a request; `texts` reads what a kind tells people about
itself, and `reference` writes the page `docs/collectors.md` from it.
"""
