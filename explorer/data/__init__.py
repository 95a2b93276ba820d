"""Images as uint8 arrays: the embedded set, downloads, folders, arrays, drawings."""
