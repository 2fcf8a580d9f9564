"""What a text feels: scorers, and the arithmetic from stances to a reputation score."""
