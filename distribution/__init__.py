"""What ``make dist`` makes, and the checks of it. No part of an installation."""
