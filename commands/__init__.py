"""The commands of the command line, by subject; each takes the parsed arguments and returns what is printed."""
