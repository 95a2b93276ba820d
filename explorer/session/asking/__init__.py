"""How anything is asked of a thread, once: engines, their questions, the mailbox. No Qt."""
