"""Whole interviews played from journey files: by the engine alone, or through the real servers as a browser would."""
