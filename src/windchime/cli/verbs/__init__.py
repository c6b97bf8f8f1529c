"""One module a verb; each registers its command on the tree when it is imported."""
