"""Points, rasters and tracks to evidence: how unusual is what a sensor saw, and what is that worth."""
