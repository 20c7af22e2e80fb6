"""What is kept between runs: the cache, and seals on what is in it."""
