"""One module a format of archive. Only `parsers.archive` is called from elsewhere."""
