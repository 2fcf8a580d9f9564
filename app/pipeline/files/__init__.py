"""Files that people upload and download.

`tables` reads rows of cells within limits, and `cells` reads one cell; `importing` turns the rows into mentions, and
`answering` into answers to a survey. `exporting` writes rows as CSV, JSON Lines or XLSX.
"""
