"""The finished set of files that goes to others."""
