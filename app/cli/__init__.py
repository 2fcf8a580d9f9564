"""The command line: one file per group of verbs, and no SQL in any of them.

`verbs` lists the verbs and imports the file of the one that was typed: `serve` (which also holds `vigie web`),
`worker`, `stream`, `migrate`, `admin`, `key`, `importing` (with `imports`, which lists and undoes), `exporting`,
`backtest`, `sample`, `doctor` and `health`. `reading`
reads the settings, `running` opens the services that a verb needs and turns each expected failure into one sentence,
`names` finds the workspace and the brand of a typed name, and `options` holds what several verbs have in common.
"""
