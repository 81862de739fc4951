"""A live session: the only room with threads, queues and a clock; `session` says how they go together."""
