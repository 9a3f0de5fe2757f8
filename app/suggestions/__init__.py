"""What follows from signed assessments by the company's own rules: training, probation focus, talent pool. Suggestions
only: a person confirms each before anything is sent."""
