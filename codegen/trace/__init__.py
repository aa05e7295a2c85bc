"""From an id to everything that was made of it: documentation, row of the spec, IR, emitted check, schema, tests and example requests."""
