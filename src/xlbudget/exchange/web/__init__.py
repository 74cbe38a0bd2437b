"""The published document as one accessible web page."""
