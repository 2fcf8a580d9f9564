"""How feeds are read: `reading` asks for one and walks back through its pages; `feed` tells what its bytes are, and
`entities` mends them; `xmlfeed` and `jsonfeed` read the two families; `opml` reads lists of feeds.
"""
