"""The pages of one learner."""
