"""Kinds of notes that are taken at a pulse; each has two indices beside it."""

RESOLVED = 1  # a case
REOPENED = 2  # a case
TAKEN_UP = 3  # a KOL, a thread
ENTERED = 4  # a thread, a platform: the thread is on its hot list now
LEFT = 5  # a thread, a platform
