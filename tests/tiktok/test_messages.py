"""Messages as creators, agents and buyers write them; what is not a code; and any message that can be put together."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparktrack.tiktok.codes import clean_code
from sparktrack.tiktok.messages import LONGEST, read_message

A = "#iWmEHEDisRupORI2TdeiuZ2RLQFziFS12PfDmV13jJwC7RPoRUHKBdv/u6e+NV0="
B = "#Zk3bTqXw91LmVd7sYhCpR0aNfGeJuKoIiBn+/tE5rQyS8vUxWlHMzPcAgD24OF6="
C = "#0aBcDeFgHiJkLmNoPqRsTuVwXyZ1234567890+/aBcDeFgHiJkLmNoPqRsTuVwX="
NUMBERS = ("7301184422019655681", "7302284422019655682", "7303384422019655683")
ONE, TWO, THREE = (f"https://www.tiktok.com/@maya.glow/video/{number}" for number in NUMBERS)

# Name: the message, then post id (the last digits, "" for none), days and handle of each code.
MESSAGES = {
    "whatsapp": (
        (
            f"[20/11/2026, 14:03:22] Maya: hey! here is the link {ONE}?is_from_webapp=1\n"
            f"[20/11/2026, 14:03:41] Maya: {A}\n[20/11/2026, 14:04:02] Maya: it's valid for 60 days 🙌"
        ),
        [(A, "681", 60, "maya.glow")],
    ),
    "three in a list": (
        f"Hi team,\n1. {ONE} – {A} (30 days)\n2. {TWO} – {B} (60 days)\n3. {THREE} – {C} (365 days)\nBest, Maya",
        [(A, "681", 30, "maya.glow"), (B, "682", 60, "maya.glow"), (C, "683", 365, "maya.glow")],
    ),
    "code before its link": (
        f"{A}\n{ONE}\n\n{B}\n{TWO}\n\nboth 30d",
        [(A, "681", 30, "maya.glow"), (B, "682", 30, "maya.glow")],
    ),
    "all links, then all codes": (
        f"Links:\n{ONE}\n{TWO}\n{THREE}\n\nCodes, 60 days each:\n{A}\n{B}\n{C}",
        [(A, "681", 60, "maya.glow"), (B, "682", 60, "maya.glow"), (C, "683", 60, "maya.glow")],
    ),
    "a quoted mail, broken over lines": (
        (
            f"> On Fri, Nov 20, 2026 at 9:14 AM Maya <maya@example.com> wrote:\n> > Video: <{ONE}>\n"
            f"> > Spark code: {A[:40]}\n> > {A[40:]}\n> > Good for 30 days.\n\nThanks, got it!"
        ),
        [(A, "681", 30, "maya.glow")],
    ),
    "escaped as in an address": (
        f"{ONE} {A.replace('#', '%23').replace('+', '%2B').replace('/', '%2f').replace('=', '%3D')} 7 days",
        [(A, "681", 7, "maya.glow")],
    ),
    "one without a link": (
        f"@maya.glow sent {ONE} {A} 30 days\n\n@noah_pours sent {B}, 60 days, no link",
        [(A, "681", 30, "maya.glow"), (B, "", 60, "noah_pours")],
    ),
    "a row of a sheet": (
        f"maya.glow\t{ONE}\t{A}\t30\nmaya.glow\t{TWO}\t{B}\t60",
        [(A, "681", 30, "maya.glow"), (B, "682", 60, "maya.glow")],
    ),
    "a short link": (
        f"Code for https://vm.tiktok.com/ZMhAbCdEf/ from @maya.glow: {A} valid 30-day",
        [(A, "", 30, "maya.glow")],
    ),
    "german": (f"Hier: {ONE}\nCode lautet {A}, gültig 60 Tage, Nutzungsrechte 6 Monate", [(A, "681", 60, "maya.glow")]),
    "spanish": (f"Aquí está: {ONE}\nel código es {A} válido por 30 días", [(A, "681", 30, "maya.glow")]),
    "usage rights are no window": (
        f"{ONE}\n{A}\nThe video went up 3 days ago, usage rights for 12 months, invoice in 14 days. Code: 1 year",
        [(A, "681", 365, "maya.glow")],
    ),
    "no days at all": (f"{ONE} {A}", [(A, "681", None, "maya.glow")]),
    "the same code twice": (f"{ONE} {A} 30 days\n\nAgain: {A}", [(A, "681", 30, "maya.glow")]),
    "only the id of the post": (f"Post {NUMBERS[0]} code {A} 30 days", [(A, "681", 30, "")]),
    "without its sign, beside a hashtag": (
        f"#ad #SparkAds2026Campaign new one: {A[1:]} for {ONE} (a month), use my code GLOWSKIN20 at checkout",
        [(A[1:], "681", 30, "maya.glow")],
    ),
    "a labelled code of another shape": (
        f"{ONE}\nauth code: abC123def456GHI789jk 30 days",
        [("abC123def456GHI789jk", "681", 30, "maya.glow")],
    ),
    "nothing but a word": (" Ab12 ", [("Ab12", "", None, "")]),
}  # fmt: skip


def found(text):
    return [
        (item.code.value, item.link.post_id[-3:] if item.link else "", item.days, item.handle)
        for item in read_message(text).deliverables
    ]


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_read_as_a_person_reads_it(name):
    text, expected = MESSAGES[name]
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hi! The video is up, I will send the code tomorrow 🙂",
        f"{ONE} went live, use code GLOWSKIN20 for 20% off, #ad #MayaGlowXBrand2026SkincareRoutine",
        "https://www.tiktok.com/@maya.glow and https://www.instagram.com/reel/Cabc123/",
        "The code is #iWmEHED…NV0= and the other one ends in …k2Y=",
        "maya@example.com",
        NUMBERS[0],
    ],
)
def test_what_is_no_code_is_not_taken_for_one(text):
    assert read_message(text).deliverables == ()


def test_two_links_and_one_code_are_left_to_a_person():
    near, spare = (
        f"{ONE}\n{TWO}\n{A} 30 days",
        f"Old one was {ONE}\n\nHi again,\nnew link:\n{TWO}\n{A} 30 days",
    )
    assert [item.sure for item in read_message(near).deliverables] == [False]
    assert [item.sure for item in read_message(spare).deliverables] == [True]
    assert [link.post_id for link in read_message(spare).other_links] == [NUMBERS[0]]


def test_what_was_left_out_is_said():
    message = read_message(f"https://youtu.be/abc123 and {ONE}\n{A}\nthe old one was …k2Y=")
    assert (message.platforms, message.masked) == (("YouTube",), ("k2Y=",))


def test_no_code_is_in_any_representation():
    assert A[1:20] not in repr(read_message(f"{ONE} {A} 30 days"))


CODES = st.from_regex(r"#[A-Za-z0-9+/]{63}=", fullmatch=True)
POSTS = st.integers(7_000_000_000_000_000_000, 7_600_000_000_000_000_000).map(str)
HANDLES = st.from_regex(r"[a-z][a-z0-9_]{2,15}", fullmatch=True)
DAYS = st.sampled_from([7, 30, 60, 365, 180, 37])
SHAPES = st.sampled_from(
    [
        "{link}\n{code}\n{days} days",
        "{code} {link} {days}d",
        "Code: {code}\nLink: {link}\nValid for {days} days",
        "- {link} | {code} | {days} days",
        "[20/11/2026, 14:03] Someone: {link}\n> {code}\n{days}-day",
    ]
)


@given(
    st.lists(
        st.tuples(CODES, POSTS, HANDLES, DAYS), min_size=1, max_size=5, unique_by=(lambda i: i[0], lambda i: i[1])
    ),
    SHAPES,
    st.sampled_from(["\n\n", "\n\nand\n\n", "\n \n"]),
)  # fmt: skip
def test_deliverables_of_one_shape_are_all_found_with_their_own_link_and_days(items, shape, between):
    text = between.join(
        shape.format(link=f"https://www.tiktok.com/@{handle}/video/{post}", code=code, days=days)
        for code, post, handle, days in items
    )
    read = [
        (item.code.value, item.link and item.link.post_id, item.handle, item.days)
        for item in read_message(f"Hello!\n\n{text}\n\nBest").deliverables
    ]
    assert read == items


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_no_code_is_invented(text):
    for item in read_message(text).deliverables:
        assert clean_code(item.code.value) == item.code


def test_a_chat_of_a_year_is_cut_and_read_quickly():
    assert len(read_message(f"{ONE} {A} 30 days\n" * 2_000).deliverables) == 1
    for text in (
        "#aB1+",
        "#a ",
        "1d ",
        f"{A} tiktok.com/t/abcd ",
        "tiktok.com/t/abcd\n",
        "code " + "aB3" * 5 + " ",
    ):
        began = time.perf_counter()
        read_message(text * (LONGEST // len(text)))
        assert time.perf_counter() - began < 5  # a second at most on an idle machine


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "# Please see the  code  for  this  post  and  let  me  know  when  it  is  live  thanks  so  much",
        "30 days " * 2500,
        "*" * 20_000,
        "# " * 10_000,
        "#a \n" * 5_000,
    ],
)
def test_no_text_takes_longer_than_somebody_waits(text):
    assert read_message(text).deliverables == ()
