"""The gateways' documentation as an input of a maintainer's commands; the package itself never needs it."""
