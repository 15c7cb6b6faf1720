"""Pure functions: frames in, frame out on the same index; one room a question."""
