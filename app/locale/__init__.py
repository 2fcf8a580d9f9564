"""The words of the pages in other languages than English. `python -m app.locale` brings the catalogues up to date."""
