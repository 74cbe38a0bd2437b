"""Data folders (CSV, TOML): read and written without loss."""
