"""One small file per kind of source."""
