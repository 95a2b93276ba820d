"""Properties of images, one value per image: listed beside them, or measured on their pixels."""
