"""What is computed from pixels: one package for each published system, one module for each thing they share."""
