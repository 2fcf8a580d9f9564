"""The public API, /api/v1: one router per noun.

`route` lets a request in (key, scope, limits, body), `deps` gives endpoints what they need, `schemas` says what is
answered, `errors` how a refusal looks, `openapi` writes it all down.
"""
