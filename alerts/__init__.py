"""When to speak, and how.

`base` says what a rule, a verdict, a message and a channel are. `rules` tell whether the hours of a brand are unusual,
with `detector` for what is usual. `incident` is the life of an incident, one evaluation at a time, and `silence` says
when to keep quiet. `explain` finds what an incident is about, by the `words` that are used more than usual. `stored`
keeps a message until it is sent; `render` writes it, with the sentences of `wording` and what `clean` leaves of foreign
text; `channels` send it.
"""
