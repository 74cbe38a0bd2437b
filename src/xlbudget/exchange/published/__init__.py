"""Published documents (.docx, .pdf, .html, .txt, .md) read back into figures and texts."""
