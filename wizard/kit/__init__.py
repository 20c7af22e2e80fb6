"""A kit for a workshop: everything that many different laptops need, in one folder."""
