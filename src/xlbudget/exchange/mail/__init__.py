"""Mail: drafts (.eml), addresses, settings, sending."""
