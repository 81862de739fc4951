"""Exports as other programs expect them, literally."""

import csv
import io
from dataclasses import replace

import pytest

from attune.events import ActKind, SessionRecord, TransferKind
from attune.sessions.exports import csv_tables, rttm, textgrid
from attune.timebase import samples_of
from evening_session import ANNA, BEN, act, segment, transfer, turn


def test_rttm_has_one_line_for_each_segment(evening: SessionRecord) -> None:
    """Start and duration in seconds, with milliseconds."""
    assert rttm(evening) == (
        "SPEAKER evening 1 1.020 2.380 <NA> <NA> Anna <NA> <NA>\n"
        "SPEAKER evening 1 4.020 2.080 <NA> <NA> Ben <NA> <NA>\n"
        "SPEAKER evening 1 5.500 3.750 <NA> <NA> Anna <NA> <NA>\n"
    )


def test_rttm_names_with_spaces_stay_one_field(evening: SessionRecord) -> None:
    """White space would shift every field after it."""
    record = replace(evening, source="our evening.flac", segments=(segment("Anna Maria", 1.0, 2.0),))
    assert rttm(record) == "SPEAKER our_evening 1 1.000 1.000 <NA> <NA> Anna_Maria <NA> <NA>\n"


def test_textgrid_is_praats_long_form(evening: SessionRecord) -> None:
    """Interval tiers cover the whole time without holes; transfers are points."""
    record = replace(
        evening,
        duration=samples_of(5),
        speakers=(ANNA,),
        turns=(turn(ANNA, 1.0, 2.5, 'so I said "no"'), turn(ANNA, 3.0, 5.0, None)),
        transfers=(transfer(TransferKind.SMOOTH_SWITCH, ANNA, at=3.0, offset=0.2),),
    )
    assert textgrid(record) == (
        'File type = "ooTextFile"\n'
        'Object class = "TextGrid"\n'
        "\n"
        "xmin = 0\n"
        "xmax = 5.0\n"
        "tiers? <exists>\n"
        "size = 2\n"
        "item []:\n"
        "    item [1]:\n"
        '        class = "IntervalTier"\n'
        '        name = "Anna"\n'
        "        xmin = 0\n"
        "        xmax = 5.0\n"
        "        intervals: size = 4\n"
        "        intervals [1]:\n"
        "            xmin = 0\n"
        "            xmax = 1.0\n"
        '            text = ""\n'
        "        intervals [2]:\n"
        "            xmin = 1.0\n"
        "            xmax = 2.5\n"
        '            text = "so I said ""no"""\n'
        "        intervals [3]:\n"
        "            xmin = 2.5\n"
        "            xmax = 3.0\n"
        '            text = ""\n'
        "        intervals [4]:\n"
        "            xmin = 3.0\n"
        "            xmax = 5.0\n"
        '            text = "[…]"\n'
        "    item [2]:\n"
        '        class = "TextTier"\n'
        '        name = "transfers"\n'
        "        xmin = 0\n"
        "        xmax = 5.0\n"
        "        points: size = 1\n"
        "        points [1]:\n"
        "            number = 3.0\n"
        '            mark = "smooth_switch Ben>Anna"\n'
    )


def test_textgrid_transfers_at_one_moment_share_a_point(evening: SessionRecord) -> None:
    """Praat allows one point at a time."""
    record = replace(
        evening,
        transfers=(
            transfer(TransferKind.DUAL_START, ANNA, at=3.0, offset=0.0),
            transfer(TransferKind.DUAL_START, BEN, at=3.0, offset=0.0),
        ),
    )
    text = textgrid(record)
    assert "points: size = 1\n" in text
    assert 'mark = "dual_start Ben>Anna; dual_start Anna>Ben"' in text


def test_textgrid_turns_of_one_person_that_touch_make_no_empty_interval(evening: SessionRecord) -> None:
    """Praat refuses intervals without length, and intervals that overlap in a tier."""
    turns = (turn(ANNA, 0.0, 2.0, "one"), turn(ANNA, 1.5, 1.8, "within"), turn(ANNA, 1.9, 3.0, "two"))
    record = replace(evening, duration=samples_of(3), speakers=(ANNA,), turns=turns, transfers=())
    text = textgrid(record)
    assert "intervals: size = 2\n" in text
    assert "            xmin = 2.0\n            xmax = 3.0\n" in text
    assert "within" not in text


def test_csv_tables_have_headings_and_rows(evening: SessionRecord) -> None:
    """Lines end as RFC 4180 says; a missing value is an empty cell."""
    tables = csv_tables(evening)
    assert list(tables) == ["segments.csv", "turns.csv", "transfers.csv", "acts.csv", "measures.csv", "feedback.csv"]
    assert tables["segments.csv"].splitlines(keepends=True)[:2] == [
        "speaker,start,end,confidence\r\n",
        "Anna,1.02,3.4,0.97\r\n",
    ]
    assert tables["transfers.csv"].splitlines()[1:3] == [
        "f-Ben-64320,smooth_switch,Anna,Ben,4.02,0.62,0.9,",
        "f-Anna-88000,interruption,Ben,Anna,5.5,-0.6,0.55,unsure",
    ]
    assert tables["turns.csv"].splitlines()[3] == "t-Anna-88000,Anna,5.5,9.25,"
    assert tables["measures.csv"].splitlines()[0] == "speaker,measure,value,n,iqr_low,iqr_high,observed"
    assert "Ben,pause_before_response_s,0.62,1,0.2,0.62,two channels" in tables["measures.csv"].splitlines()
    assert "Anna,pause_before_response_s,,0,,,no answer was heard" in tables["measures.csv"].splitlines()
    assert tables["feedback.csv"].splitlines()[1].endswith(",a-reflection-Ben-64320,spoken")


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("- no", "'- no"),
        ("@home", "'@home"),
        ("\tnow", "'\tnow"),
        ("  =1+1", "'  =1+1"),
        ("＝1", "'＝1"),
        ("\0=1", "'=1"),
        ("well = fine", "well = fine"),
        ('she said "no", twice', 'she said "no", twice'),
    ],
)
def test_csv_words_that_look_like_a_formula_are_marked_as_text(evening: SessionRecord, said: str, cell: str) -> None:
    """A spreadsheet must not run what somebody said."""
    record = replace(evening, acts=(act(ActKind.NEED, ANNA, 1.0, 2.0, said),))
    rows = list(csv.DictReader(io.StringIO(csv_tables(record)["acts.csv"], newline="")))
    assert [row["evidence"] for row in rows] == [cell]


def test_csv_negative_numbers_stay_numbers(evening: SessionRecord) -> None:
    """Only text is marked; an overlap is still a negative number."""
    assert "'-0.6" not in csv_tables(evening)["transfers.csv"]
