"""Every rule of the spec under test: three independent readings, pairs of requests, dropped rules, examples of the pages."""
