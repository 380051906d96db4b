"""Dense descriptions, spoken and heard."""
