"""An independent reading of the spec tables, slow and plain, to compare the generated validators with."""
