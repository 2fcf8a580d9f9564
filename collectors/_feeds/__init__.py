"""Reads feeds. `reading` asks for a feed and walks back through its older pages; `feed` finds out what the bytes are,
and `entities` mends them; `xmlfeed` and `jsonfeed` read the two families; `opml` reads lists of feeds.
"""
