"""What is built from the checkout, and what is installed from that."""
