"""What pages and programs read of a bank: its library kept open, the book of decisions, the graph in memory."""
