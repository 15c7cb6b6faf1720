"""What is judged of a file before it is opened: its kind, its zip directory, its parts, its SQL schema."""
