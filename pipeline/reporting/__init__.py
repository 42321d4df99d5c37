"""The report that travels: the dashboard's figures in one file, in a mail, on the terminal."""
