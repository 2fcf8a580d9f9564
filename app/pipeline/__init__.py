"""What the machine does with a mention, room by room, in the order in which the mention meets them.

`gather` reads the sources that are due and hears those that never end. `sift` cleans what they give and keeps what is
about a brand. `keep` stores it, once, and counts it by the hour. `judge` gives each match its stance. `tell` looks for
what is unusual, opens incidents and sends messages. `triage` writes what people change of many mentions, and undoes it.
`files` reads and writes the files that people upload and
download. `sweep` runs every minute beside them all: it finds in the tables what is due, and wakes a worker for it;
before that, `clock` takes back what was written while the clock of a machine was ahead.

These rooms hold what runs by itself; what people do is in `app.actions`, what they see in `app.queries`.
"""
