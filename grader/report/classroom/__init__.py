"""The reports of a class: pages for people, and files for other programs."""
