"""What linters and type checkers say."""
