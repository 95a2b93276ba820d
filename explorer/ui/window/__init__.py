"""The window as a whole: start, docks, workspaces, commands, messages, status."""
