"""What is rendered from the core's tables."""
