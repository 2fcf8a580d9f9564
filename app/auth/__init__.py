"""Who is asking: passwords, browser sessions, API keys, one-time links, and what slows guessing down."""
