"""Personal data: tokens for the lake, values encrypted with a key per person or firm, erased by destroying the key."""
