"""What runs inside the tree: the programs, and the start of its Pythons. Standard library only."""
