"""The explanation and the glossary: sentences of a standard's templates around named figures."""
