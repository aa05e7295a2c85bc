"""One module an emitter, each `Spec -> {path: text}`, and the list of them."""
