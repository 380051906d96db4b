"""Which images people should annotate next: where the model errs, spread over all there is."""
