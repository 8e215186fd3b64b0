"""What-if copies of a day: made, compared with the depot, promoted or thrown away."""
