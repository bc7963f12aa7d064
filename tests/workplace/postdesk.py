"""The list of posts as tests read it."""

from posts.models import Post


def titles(response):
    """The posts of the page, in order."""
    return [line.name for line in response.context["listed"].lines]


def lanes(world):
    """The lane of each post, by its title."""
    return dict(Post.objects.for_brand(world.brand).values_list("title", "lane"))
