"""The room: laptops report how far they are and what they proved, and one page shows all."""
