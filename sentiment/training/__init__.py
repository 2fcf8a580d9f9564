"""Makes the shipped model: sources (what may be read), fit (weights), calibrate (probabilities), card (facts)."""
