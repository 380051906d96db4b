"""The embedded default: PostgreSQL, Valkey and an S3 endpoint from wheels, and their supervisor."""
