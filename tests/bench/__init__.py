"""Measurements of what DESIGN promises about speed, each one printed as JSON."""
