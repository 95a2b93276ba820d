"""What maps ask: where items lie, projections, places that were never trained. No Qt."""
