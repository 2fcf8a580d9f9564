"""The public API, /api/v1: one router per noun.

`route` lets a request in (key, scope, limits, body), `deps` gives endpoints what they need, `schemas` declares the
answers, `errors` the refusals, and `openapi` documents them all.
"""
