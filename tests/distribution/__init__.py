"""What ``make dist`` makes."""
