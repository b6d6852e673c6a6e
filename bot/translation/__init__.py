"""What people say in their own language, by machine, offline: to English for the worker and the dialogue, and back.

Fixed texts are never translated here (``bot/language``), and nothing that is decided rests on a translation alone.
"""
