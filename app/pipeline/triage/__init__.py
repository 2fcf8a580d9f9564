"""What people do to one mention or many, page by page, and its undo.

`wish` says what is to change, and what a mention was before; `apply` writes a page of it, and `undo` puts a page back,
but for what somebody else has changed since. `run` does one or the other until nothing waits.
"""
