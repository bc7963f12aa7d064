"""The REST API: everything that pages can do, for scripts and dashboards, at ``/api/v1/``.

One module a resource stands in ``resources/``; what they share is here. The first to read: ``resources/creators.py``.
"""
