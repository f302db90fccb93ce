"""Communication between processes: frames of plain data, and passed file descriptors."""
