"""What happens to leads: sources, normalising, rejection, folding, attribution, delivery."""
