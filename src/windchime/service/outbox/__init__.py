"""Events leave the bank as signed webhooks: written in the transaction of the change, delivered at least once, in order."""
