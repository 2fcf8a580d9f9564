"""Reads feeds. `reading` asks for a feed and walks back through its older pages; `feed` tells which format the bytes
are in, `entities` mends them, `xmlfeed` and `jsonfeed` read the two families, and `dates` the dates of both;
`opml` reads lists of feeds.
"""
