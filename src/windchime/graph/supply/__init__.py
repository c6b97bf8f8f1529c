"""The supply chain: who depends on whom and for how much, directly and through others."""
