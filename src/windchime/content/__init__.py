"""Published content: dated, sourced parameters, products and policies, apart from the engine that reads them."""
