"""Connected groups: who counts as one borrower, by which edge each member joined, and what the group owes, each debt once."""
