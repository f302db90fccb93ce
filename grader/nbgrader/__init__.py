"""Write exercises as nbgrader notebooks, read them back, and write verdicts into nbgrader's gradebook."""
