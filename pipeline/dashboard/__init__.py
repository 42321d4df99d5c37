"""Pages for marketing and operations, over the marts alone: no names, phones or e-mails reach them."""
