"""What users do, what runs when, and what it takes."""
