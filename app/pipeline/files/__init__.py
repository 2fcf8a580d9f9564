"""Files that people upload and download.

`tables` reads rows of cells within limits, `cells` what one cell says; `importing` makes mentions of the rows, and
`answering` answers to a survey. `exporting` writes rows as CSV, JSON Lines or XLSX.
"""
