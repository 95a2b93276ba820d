"""What the window shows, without the window: observable state, intents, and the threads that work.

Plain Python, owned by the GUI thread; knows no Qt. Views call intents and subscribe to facts.
"""
