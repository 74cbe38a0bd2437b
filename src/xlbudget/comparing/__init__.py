"""Two drafts of one budget, or what was submitted and what was published: what differs, and why."""
