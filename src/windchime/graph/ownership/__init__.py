"""Who owns a company, who controls it, and who stands behind both."""
