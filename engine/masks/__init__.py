"""COCO RLE masks: the codec, the one validator for every mask that enters, and geometry."""
