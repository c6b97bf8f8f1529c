"""Who falls if a firm falls: losses along guarantees, supply, ownership and money, with the path; and who matters most."""
