"""What is varied in a study: designs, experiments, and scenarios of single points made quickly."""
