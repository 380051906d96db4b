"""What people will think of a proposal, learned from what they thought of earlier ones."""
