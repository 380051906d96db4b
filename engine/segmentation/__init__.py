"""Encoder, mask decoder, automatic proposals, interactive training and click evaluation."""
