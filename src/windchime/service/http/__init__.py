"""What pages and programs share of HTTP: who asks, what a route wants, what every answer bears."""
