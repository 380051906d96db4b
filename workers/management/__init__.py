"""Commands that need the workers' side: models and evaluation."""
