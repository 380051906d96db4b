"""What is left of takes in the midst of which somebody is killed."""
