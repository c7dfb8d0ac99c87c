"""What is stored and how it is found: the catalogue in SQL, pictures and vector indexes on disk."""
