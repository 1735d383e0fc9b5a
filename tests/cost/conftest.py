"""Property tests of exact arithmetic take what time they take: no deadlines."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
