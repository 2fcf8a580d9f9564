"""Runs in reader's own environment, with a database file and addresses as arguments. Prints seconds as JSON."""

from __future__ import annotations

import json
import sys
from time import perf_counter

import feedparser_sgmllib

# reader 3.26 imports `sgmllib` by the name it had before feedparser 6.0.14 brought it along as a package of its own
sys.modules["sgmllib"] = feedparser_sgmllib
import reader  # noqa: E402


def main() -> None:
    database, *urls = sys.argv[1:]
    feeds = reader.make_reader(database)
    for url in urls:
        feeds.add_feed(url)
    start = perf_counter()
    feeds.update_feeds(workers=2, scheduled=False)
    first = perf_counter()
    feeds.update_feeds(workers=2, scheduled=False)
    again = perf_counter()
    stored = feeds.get_entry_counts().total
    print(
        json.dumps({"version": reader.__version__, "entries": stored, "first": first - start, "again": again - first})
    )


main()
