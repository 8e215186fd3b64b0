"""Parts that several forms share: a sentence in a tone, a file's name, an address found while typing."""
