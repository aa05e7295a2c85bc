"""The part of the runtime that does input and output; all decisions are in `_core`."""
