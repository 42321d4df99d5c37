"""The only room with a database driver: connections, statements, COPY, migrations, the embedded server."""
