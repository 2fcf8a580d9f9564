"""Reads feeds. `reading` asks for a feed and walks back through its older pages; `feed` tells which format the bytes
are in, `entities` mends them, `xmlfeed` and `jsonfeed` read the two families, `dates` the dates of both, and `bridges`
tells the errors of services that make feeds from what people wrote; `opml` reads lists of feeds.
"""
