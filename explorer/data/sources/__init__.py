"""Where data sets come from: embedded, fetched, folders, arrays; `catalogue` finds each by name or path."""
