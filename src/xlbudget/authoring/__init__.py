"""Working with a standard: what its files may say, whether they hold together, what comes of them."""
