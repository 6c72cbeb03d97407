"""The synthetic clinic of a demonstration. Everybody in it is made up."""
