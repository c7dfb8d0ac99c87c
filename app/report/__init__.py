"""The page on which a judgement of a model is read: one HTML file that needs no server, no script and no other file."""
