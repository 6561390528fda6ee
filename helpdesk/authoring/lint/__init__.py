"""The lint of playbooks: every rule is a function that looks at them and says what it found."""
