"""From files to a library. Reading is strict: whatever leads nowhere is refused, with its line."""
