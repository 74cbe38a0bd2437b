"""What goes out: the document, the web page, the values-only copy, mails, the package."""
