"""What processes say to each other: frames of plain data, and passed file descriptors."""
