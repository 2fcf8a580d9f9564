"""Decides when to send an alert, and writes and sends it.

`base` says what a rule, a verdict, a message and a channel are. `rules` say whether the hours of a brand are unusual;
`detector` knows which share of detractors is usual, `surge` which volume, `rescan` the former while the past still
changes. `incident` is the life of an incident, one evaluation at a time, and `silence` says when to keep quiet.
`backtest` replays all of that over the past. `explain` finds what an incident is about, by the `words` and `phrases`
that are used more than usual. `stored` keeps a message until it is sent; `discreet` takes foreign text out of it;
`render` puts it in words, with the sentences of `wording` and foreign text that `clean` has made safe; `channels` send
it.
"""
