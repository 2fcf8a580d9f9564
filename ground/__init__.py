"""What every part may use: this package knows nothing of collectors, sentiment, alerts, matching or the app.

`notice` is a sentence for a person, to be translated. `charsets` makes text of bytes, `plain` cleans it, `html` turns
markup into text, and `quotes` leaves out what its author only quotes. `accents` takes accents off, `words` cuts a
text into folded words, and `stop_words` lists those without a meaning of their own.
`links` cleans the addresses that collectors find, `urls` gives those that are stored and the
keys under which two of them are one page, and `tracking` lists the parameters that both leave out. `place` is what
somebody gives who looks for sources: an address, or a name. `credentials` finds
and masks the secrets in an address. `dates` reads a date as people and programs spell it: `date_tokens` cuts the
spelling, `date_words` has the words of six languages, `zones` the names of time zones; `ago` reads what is counted from
now. `isolate` runs a function in a process that can be killed: the `nursery` starts such processes, as many as the
cores and the memory of the `machine` allow, and `halving` finds the items of a batch that kill theirs. `qr` makes a QR
code of a short text.
"""
