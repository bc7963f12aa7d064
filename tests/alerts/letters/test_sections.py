"""Sections of a letter about very many lapses: a few lines, the rest counted."""

from alerts.letters.groups import Group
from alerts.letters.sections import MOST_LINES, LapseLines, Line, cut, section


def test_only_what_a_letter_shows_is_put_into_words():
    said = []

    def say(lapse):
        said.append(lapse)
        return Line(post=str(lapse), handle="", when="", about="", a_day="", url="")

    kept, left_out = cut(
        [
            section(Group.PAUSE, LapseLines(range(20), say)),
            section(Group.STOPS, LapseLines(range(20, 500), say)),
            section(Group.APPLY, LapseLines(range(500, 3000), say)),
        ]
    )
    assert [len(each.lines) for each in kept] == [20, 5]
    assert [line.post for line in kept[1].lines] == ["20", "21", "22", "23", "24"]
    assert left_out == 3000 - MOST_LINES
    assert said == list(range(MOST_LINES))
