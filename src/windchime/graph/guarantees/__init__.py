"""Who stands for whose debts: pairs, circles, joint groups, chains and clusters, and what follows when a debtor fails."""
