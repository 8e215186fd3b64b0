"""The board: rounds, the pool of unplanned orders, and the inspector that shows what is selected."""
