"""What people say of leads: the queue of doubts, judgements, and acts that show first what they will change."""
