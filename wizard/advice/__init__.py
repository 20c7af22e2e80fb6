"""What is wrong, why, and what would help: before a run and after one."""
