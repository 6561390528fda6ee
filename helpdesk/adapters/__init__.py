"""The world outside, each part fitting a Protocol of core."""
