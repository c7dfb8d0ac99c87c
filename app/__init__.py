"""The deck that speaks HTTP and owns a request's time."""
