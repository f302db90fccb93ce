"""What the grader keeps: verdicts, and the ledgers that hold them."""
