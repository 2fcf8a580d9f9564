"""What several kinds know of one platform or family: Bluesky (`atproto`), boards with feeds (`boards`), Google
(`google`, `google_refusals`), Mastodon (`mastodon`, `mastodon_lists`), Meta (`graph`, `graph_refusals`, `meta_inbox`,
`meta_webhooks`), tools for surveys (`surveys`).
"""
