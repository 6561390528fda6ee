"""The public face: telling us, and coming back for the answer."""
