"""The app's pages, one a file: a page asks, shows, and calculates nothing."""
