"""What is kept: verdicts, and the ledgers that hold them."""
