"""What operations cost: the documents' tables beside exact counts."""
