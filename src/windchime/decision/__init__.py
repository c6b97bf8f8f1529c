"""From what is known of a firm to a verdict: product, policy, limit, price, reasons; the decision log and its replay."""
