"""How words are read before patterns look at them: one place for tokens, spellings and clauses.

Text comes in three grades (punctuated, lower case without marks, with recognition errors) and leaves as one
kind of line. Every token is in lower case and followed by one space; contractions are written out
(``you're`` and ``youre`` → ``you are``), sounds have one spelling (``Mm-hmm`` → ``mmhm``), fillers and stammers are
gone, and a comma, full stop or question mark is glued to the token before it:

>>> read_text("Um, so you're... you're TIRED, right?").line
'so you are tired, right? '

Each token remembers the word that it came from, so whatever is found can be quoted as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from attune.conversation.utterance import Utterance


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, which white space parts: how longer lists of words are written."""
    return frozenset(text.split())


FILLERS = frozenset({"uh", "um", "uhm", "er", "erm", "eh"})
"""Sounds of hesitation; they say nothing about content."""

_SPELLINGS = {
    spelling: sound
    for sound, spellings in {
        "mmhm": "mmhmm mhm mhmm mmhum umhum umhm umhmm hmhmm hmhm hmmhmm hmmhm mmmhmm mhum mmm mm mmhuh umhuh",
        "uhhuh": "uhhuh ahhuh uhuh ahha huhhuh",
        "uhuh": "huhuh nuhuh",
        "hmm": "hm hmm hmmm hmmhmmhmm",
        "okay": "ok okey o_k kay mkay",
        "yeah": "yea yeh yah ya",
        "yep": "yup",
        "oh": "ohh oooh ooh",
        "ah": "ahh aah aha",
        "because": "cause cuz coz",
    }.items()
    for spelling in spellings.split()
}
_WRITTEN_OUT = {
    said: tuple(meant.split())
    for said, _, meant in (
        pair.partition("=")
        for pair in (
            "cannot=can not|cant=can not|can't=can not|won't=will not|wont=will not|dont=do not|didnt=did not|"
            "doesnt=does not|isnt=is not|arent=are not|wasnt=was not|werent=were not|havent=have not|hasnt=has not|"
            "hadnt=had not|couldnt=could not|wouldnt=would not|shouldnt=should not|ain't=is not|im=i am|ive=i have|"
            "youre=you are|youve=you have|youd=you would|youll=you will|thats=that is|whats=what is|hows=how is|"
            "theyre=they are|theyve=they have|hes=he is|shes=she is|lets=let us|let's=let us|gonna=going to|"
            "wanna=want to|gotta=got to|kinda=kind of|sorta=sort of|dunno=do not know|y'all=you all|gimme=give me|"
            "lemme=let me|how'd=how did|what'd=what did|why'd=why did|where'd=where did|c'mon=come on|alright=all right"
        ).split("|")
    )
}
_ENDINGS = (("n't", "not"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'m", "am"), ("'d", "would"))
_IS_AFTER = word_set("it that this he she what how where who there here everything something nothing one")
_MISHEARD_YOUR = word_set(
    "saying feeling telling thinking trying struggling worried wondering going hoping looking not really very"
)
"""After these a recogniser's ``your`` must have been ``you're``."""

_PIECE = re.compile(r"[\w']+(?:-[\w']+)*-?|[.,!?;:…—–]+|--+")
_ASIDE = re.compile(r"[\[<{(][^\]>})]*[\]>})]")
_MARKS = " ,.?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One utterance as patterns see it.

    Attributes
    ----------
    words
        What was said, word by word, as it was written.
    tokens, marks, origins
        The normal tokens; the mark after each (``,``, ``.``, ``?`` or nothing); the word that each came from.
    line
        The tokens with their marks, a space after each.
    offsets
        Where each token begins in `line`, and at the end where `line` stops: one more than there are tokens.
    """

    words: tuple[str, ...]
    tokens: tuple[str, ...]
    marks: tuple[str, ...]
    origins: tuple[int, ...]
    line: str
    offsets: tuple[int, ...]

    def quote(self, first_word: int, last_word: int) -> str:
        """Return the words from one to the other, both included, without the marks at the outer ends."""
        return " ".join(self.words[first_word : last_word + 1]).strip(' ,.;:-—–…"')


@lru_cache(maxsize=8192)
def plain_word(text: str) -> str:
    """Return one word in its normal spelling, without marks: ``"O.K.,"`` → ``okay``, ``"Mm-hmm"`` → ``mmhm``.

    Nothing is left of a word that holds no letter or digit.
    """
    bare = re.sub(r"[^\w']", "", text.lower().replace("’", "'")).strip("'_")
    return _SPELLINGS.get(bare, bare)


def is_cut_off(text: str) -> bool:
    """Return whether a word was broken off, as transcripts write it: ``"becau-"``."""
    bare = text.rstrip(" .,…")
    return len(bare) > 1 and bare[-1] in "-–—" and bare[-2].isalnum()


def read(utterance: Utterance) -> Reading:
    """Return an utterance as patterns see it; words with times count before the text."""
    if utterance.words:
        return _laid_out(tuple(word.text.strip() for word in utterance.words))
    return read_text(utterance.text)


def read_text(text: str) -> Reading:
    """Return a text as patterns see it; its words are what white space parts."""
    return _laid_out(tuple(text.split()))


def _laid_out(words: tuple[str, ...]) -> Reading:
    found = _without_stammers(
        (token, mark, index) for index, word in enumerate(words) for token, mark in _tokens_of(word)
    )
    offsets = [0]
    for token, mark, _ in found:
        offsets.append(offsets[-1] + len(token) + len(mark) + 1)
    return Reading(
        words=words,
        tokens=tuple(token for token, _, _ in found),
        marks=tuple(mark for _, mark, _ in found),
        origins=tuple(origin for _, _, origin in found),
        line="".join([f"{token}{mark} " for token, mark, _ in found]),
        offsets=tuple(offsets),
    )


def _without_stammers(pieces: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Return the tokens with lone marks glued to the token before, and repeats of one or two tokens said once."""
    out: list[tuple[str, str, int]] = []
    for token, mark, origin in pieces:
        if not token:
            if out:
                last = out[-1]
                out[-1] = (last[0], max(last[1], mark, key=_MARKS.find), last[2])
            continue
        if out and out[-1][0] == "your" and token in _MISHEARD_YOUR:
            out[-1:] = [("you", "", out[-1][2]), ("are", out[-1][1], out[-1][2])]
        if out and out[-1][0] == token and out[-1][1] != "?":
            out.pop()
        out.append((token, mark, origin))
        if len(out) >= 4 and out[-1][0] == out[-3][0] and out[-2][0] == out[-4][0] and out[-3][1] != "?":
            del out[-4:-2]
    return out


@lru_cache(maxsize=8192)
def _tokens_of(word: str) -> tuple[tuple[str, str], ...]:
    """Return the tokens of one written word, each with its mark; a token may be empty where only a mark is left."""
    out: list[tuple[str, str]] = []
    for piece in _PIECE.findall(_ASIDE.sub(" ", word.lower().replace("’", "'"))):
        if piece[0].isalnum() or piece[0] in "'_":
            out += [(token, "") for token in _spelled(piece) if token not in FILLERS]
        else:
            token = out.pop()[0] if out else ""
            out.append((token, "?" if "?" in piece else "," if piece[0] in ",—–:-" else "."))
    return tuple(out)


def _spelled(piece: str) -> tuple[str, ...]:
    """Return the normal tokens of one run of letters; none where it was broken off."""
    if piece.endswith("-"):
        return ()
    joined = piece.replace("-", "").strip("'")
    if joined in _SPELLINGS:
        return (_SPELLINGS[joined],)
    if "-" in piece:
        return tuple(token for part in piece.split("-") for token in _spelled(part))
    if piece in _WRITTEN_OUT or joined in _WRITTEN_OUT:
        return _WRITTEN_OUT.get(piece) or _WRITTEN_OUT[joined]
    for ending, meant in _ENDINGS:
        if joined.endswith(ending) and len(joined) > len(ending):
            return (joined.removesuffix(ending), meant)
    stem = joined.removesuffix("'s")
    if stem != joined:
        return (stem, "is") if stem in _IS_AFTER else (joined,)
    if piece.endswith("in'"):
        return (joined + "g",)
    return (joined,) if joined else ()
