"""What a course is made of: the manifest, workspaces, and the parts of a solution file."""
