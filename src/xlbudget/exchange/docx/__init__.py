"""The published document as .docx."""
