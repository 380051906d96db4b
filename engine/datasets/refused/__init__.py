"""The refused rows of a dataset, cut out of its files, so that they are mended and sent again."""
