"""One file per vendor: how to page, how to find id and time, and the field map."""
