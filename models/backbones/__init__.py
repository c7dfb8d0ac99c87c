"""Networks that several systems stand on."""
