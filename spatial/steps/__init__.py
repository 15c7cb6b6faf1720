"""The steps of the recipe: each gathers what analysis needs and names what comes out."""
