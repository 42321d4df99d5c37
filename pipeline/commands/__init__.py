"""The commands of `leadfold`, a file each; pipeline/cli.py mounts them."""
