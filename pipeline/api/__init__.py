"""What others reach over HTTP: the receiver of webhooks and the change feed."""
