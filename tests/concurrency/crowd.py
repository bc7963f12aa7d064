"""Several people at once, each in a thread with a connection of its own and real transactions."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection

from authorizations.operations.gaps import differences
from brands.models import Brand
from posts.models import Post
from sparktrack.core.refusals import RefusedError
from tests.world import World

TODAY = date(2026, 11, 21)
ROUNDS = 5


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """What each task returned or raised; they start together, each in a thread of its own."""
    barrier = threading.Barrier(len(tasks))
    answers: list[Any] = [None] * len(tasks)

    def run(number: int, task: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            answers[number] = task()
        except Exception as error:  # noqa: BLE001 - it is the answer
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def proof(world: World) -> list[Any]:
    """The posts whose stored gaps are not those that follow from the rows."""
    brand = Brand.objects.get(pk=world.brand.pk)
    return differences(brand, list(Post.objects.for_brand(brand).values_list("pk", flat=True)))


def no_errors(answers: list[Any]) -> bool:
    """Whether nothing but refusals was raised; fails with the others."""
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, RefusedError):
            raise answer
    return True
