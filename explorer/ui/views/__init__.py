"""Views: each knows the session alone and contains widgets; the main window knows them all."""
