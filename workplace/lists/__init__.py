"""What all lists of a brand share: filters in the URL, columns, saved views, pages by key, changes of many rows.

A list is a ``ListPage``; ``serving.show_list`` shows it and does what is chosen for its rows. The first user to read:
``workplace/views/posts_list.py``.
"""
