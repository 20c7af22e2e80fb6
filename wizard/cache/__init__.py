"""What is kept between runs: the cache, and the checksums of its contents."""
