"""The table of a list: drawn in one go, for a template would be rendered anew for each cell."""

from collections.abc import Collection, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workplace.lists.columns import Column, Look
from workplace.lists.keys import Sort


def table(
    lines: Sequence[Any],
    columns: Sequence[Column[Any]],
    look: Look,
    *,
    caption: str,
    query: QueryDict,
    sort: Sort,
    picks: bool,
    picked: Collection[str] = (),
) -> SafeString:
    """The lines below their heads. ``picks``: rows can be chosen; ``picked``: the ids of those that are."""
    pick_head = (
        format_html(
            '<th class="pick"><input type="checkbox" data-pick-all hidden aria-label="{}"></th>',
            "Choose all lines of this page",
        )
        if picks
        else ""
    )
    heads = format_html_join("", "{}", ((_head(column, query, sort),) for column in columns))
    rows = format_html_join(
        "", "{}", ((_row(line, columns, look, picks=picks, picked=picked),) for line in lines)
    )
    return format_html(
        '<table class="listing"><caption class="hidden">{}</caption>'
        '<thead hx-boost="true"><tr>{}{}</tr></thead><tbody>{}</tbody></table>',
        caption,
        pick_head,
        heads,
        rows,
    )


def plain_table(
    lines: Sequence[Any], columns: Sequence[Column[Any]], look: Look, *, caption: str
) -> SafeString:
    """A table that is part of another page: no order to choose, nothing to pick."""
    heads = format_html_join("", "{}", ((_head(column),) for column in columns))
    rows = format_html_join("", "{}", ((_row(line, columns, look),) for line in lines))
    return format_html(
        '<table class="listing"><caption class="hidden">{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        caption,
        heads,
        rows,
    )


def _head(column: Column[Any], query: QueryDict | None = None, sort: Sort | None = None) -> SafeString:
    number = format_html(' class="{}"', "number") if column.number else ""
    if query is None or sort is None or not column.sort:
        return format_html('<th scope="col"{}>{}</th>', number, column.label)
    wanted = query.copy()
    wanted["sort"] = column.sort
    wanted.pop("after", None)
    said = ""
    if sort.key == column.sort:
        said = format_html(' aria-sort="{}"', "descending" if sort.descending else "ascending")
    return format_html(
        '<th scope="col"{}{}><a href="?{}" id="sort-{}">{}</a></th>',
        number,
        said,
        wanted.urlencode(),
        column.sort,
        column.label,
    )


def _row(
    line: Any,
    columns: Sequence[Column[Any]],
    look: Look,
    *,
    picks: bool = False,
    picked: Collection[str] = (),
) -> SafeString:
    pick = ""
    if picks:
        pick = format_html(
            '<td class="pick"><input type="checkbox" name="id" value="{}" aria-label="Choose {}"{}></td>',
            line.pk,
            line.name,
            " checked" if str(line.pk) in picked else "",
        )
    cells = format_html_join("", "{}", ((_cell(column, line, look),) for column in columns))
    return format_html("<tr>{}{}</tr>", pick, cells)


def _cell(column: Column[Any], line: Any, look: Look) -> SafeString:
    content = column.draw(line, look)
    if column.lead:
        return format_html('<th scope="row">{}</th>', content)
    number = format_html(' class="{}"', "number") if column.number else ""
    if not content:
        return format_html("<td{}></td>", number)
    return format_html('<td{} data-label="{}">{}</td>', number, column.label, content)
