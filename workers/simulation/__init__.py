"""The loop without people: simulated annotators, for measuring what rounds are worth."""
