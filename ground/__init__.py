"""What every part may use: this package knows nothing of collectors, sentiment, alerts, matching or the app.

`notice` is a sentence for a person, to be translated; `plain` cleans text and takes markup off it, `html` reads the
tree of a page; `words` cuts a text into folded words; `urls` and `links` read addresses; `isolate` runs a function in
a process that can be killed.
"""
