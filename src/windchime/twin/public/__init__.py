"""The public side of the simulated region: people and ownership, registers, courts, news, innovation, utilities."""
