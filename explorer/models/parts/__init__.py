"""Networks, schedules and losses that families are made of. Import torch and the contract."""
