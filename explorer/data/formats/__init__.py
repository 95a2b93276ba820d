"""Files as arrays, each reader on guard against hostile ones. numpy and Pillow."""
