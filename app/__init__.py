"""The trunk: the only place where collectors, matching, sentiment and alerts meet.

The command line (`cli`) runs the web application (`main`), the `worker`, or `stream` for the sources that never end;
`supervise` keeps the latter two running beside the first, both say by `heartbeat` that they live, and `doctor` has
`probes` say what is set and what can be reached. `api` and `web` answer requests: they ask `queries` for what people
see and `actions` for what people do, on behalf of a `viewer` whom `auth` recognised; `bootstrap` is what runs before
there is one. `pipeline` is what the machine does, with the sentiment model that `scorer` loads.

`services` builds what a process has at hand from its `settings`: the database (`db`, `tuning`, `models`, `migrate`;
`asking` puts queries to it), the queue (`jobs`), the seal of secrets (`crypto`), what it hears of the database as it
changes (`live`), and the way out (`http`). `problems` are refusals in words, which `locale` translates; `log` writes
what happened; `checkpoint` is where tests end a process on purpose.
"""
