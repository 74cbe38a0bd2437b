"""Published documents (.docx, .pdf, .html, .txt) read back into figures and texts, and validated."""
