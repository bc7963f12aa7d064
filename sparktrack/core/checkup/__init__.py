"""What ``manage.py doctor`` looks at: each check tries the real thing and says in plain words what it found.

No check raises, and none says a secret: addresses are shown by ``place``.
"""
