"""What the buttons need on a machine: looked at, judged, and mended where no administrator is needed."""
