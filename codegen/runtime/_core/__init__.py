"""Pure parts of the runtime: no input or output, no clock, no event loop."""
