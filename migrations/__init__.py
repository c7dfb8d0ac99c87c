"""How the catalogue's tables came to be: Alembic's scripts, packaged so that an installed service can upgrade."""
