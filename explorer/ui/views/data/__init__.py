"""The choice of the images to train on."""
