"""What people add: one store of events, appended and never changed, and what can be read out of them."""
