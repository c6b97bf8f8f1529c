"""What all firms have in common in how they invoice, and how far one firm stands from it."""
