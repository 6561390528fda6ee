"""The Flask edge: one Work per request, refusals, headers, sign-in; knows core, no feature."""
