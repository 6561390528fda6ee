"""The Flask edge: one Work per request, refusals, headers, sign-in wiring; knows core, no feature."""
