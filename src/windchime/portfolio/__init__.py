"""The loan book as a whole: the run from intake to reports, the allocation of a fixed total, what is concentrated where."""
