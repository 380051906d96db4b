"""Speech to words with times, and spoken words to a written caption."""
