"""Views only draw."""
