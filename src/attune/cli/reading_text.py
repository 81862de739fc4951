"""What a person reads aloud while their voice is learned."""

from __future__ import annotations

READING_TEXTS = {
    "en": (
        "On Sunday morning the kitchen is warm, and nobody is in a hurry. We pour the coffee, open the window, and "
        "hear the neighbour's dog chase a yellow ball. You ask how I slept; I think about it, and tell you the truth. "
        "Small questions like yours make an ordinary day feel like a very good one."
    ),
}
"""A text of about 20 s by language.

Source: written for Attune; 57 words, at the 160 to 180 a minute of people who read aloud, with the vowels and most
consonants of the language.
"""


def reading_text(language: str) -> str | None:
    """Return a text to read aloud in a language, None where there is none."""
    return READING_TEXTS.get(language)
