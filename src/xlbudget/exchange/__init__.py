"""What comes in from elsewhere: data folders of CSV and TOML files."""
