"""What cells can ask for: the BUDGET_ functions without Excel, over plain values of cells."""
