"""Files that people upload and download.

`limits` says how much is looked at. `columns` recognises what columns are, with the words of `profiles` for the exports
of known tools; `header` finds the line of their titles. `delimited` reads the lines of CSV and `sheets` those of XLSX,
whose `merged` cells it fills; `tables` makes rows of them, and `cells` reads one cell; `importing` turns rows into
mentions, and `answering` into answers to a survey. `apart` does all of this in a process that can be killed.
`undoing` deletes what an import has brought. `exporting` writes rows as CSV, JSON Lines or XLSX.
"""
