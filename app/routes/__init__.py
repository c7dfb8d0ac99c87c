"""One module per capability; each handler is parse, call, present."""
