"""Reads feeds. `reading` asks for a feed and walks back through its older pages; `feed` finds out what the bytes are,
and `entities` mends them; `xmlfeed` and `jsonfeed` read the two families, and `dates` the dates of both;
`opml` reads lists of feeds.
"""
