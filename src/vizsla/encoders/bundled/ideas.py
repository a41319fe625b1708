"""What a text asks for: its subjects, each with the words that describe it, and its colours."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

MOST_SUBJECTS = 4  # Of one text; comparing each with all classes takes a tenth of a millisecond.


class Ideas(Struct, frozen=True):
    """`subjects` are entries of the vocabulary with the entries that describe them; `colours` are entries."""

    subjects: tuple[tuple[int, tuple[int, ...]], ...]
    colours: tuple[int, ...]


def ideas(
    entries: Sequence[int], nouns: Collection[int], colours: Collection[int], manner: Collection[int] = ()
) -> Ideas:
    """Tell apart what a text is made of.

    What describes a subject stands before it; what follows the last describes that one. A colour that is also a subject
    ("orange") is one only where there is no other, and is a colour all the same. Without any
    subject, the first that says what something is is one, and all that is no colour describes it.

    Args:
        entries: of the vocabulary, in the order of the text.
        nouns: entries that name what a picture can show.
        colours: entries that name a colour.
        manner: entries that say how something is, and not what it is.
    """
    named = tuple(entry for entry in entries if entry in colours)
    subjects: list[tuple[int, tuple[int, ...]]] = []
    before: list[int] = []
    for entry in (entry for entry in entries if entry not in colours):
        if entry in nouns and len(subjects) < MOST_SUBJECTS:
            subjects.append((entry, tuple(before)))
            before = []
        else:
            before.append(entry)
    if before and subjects:
        last, described = subjects[-1]
        subjects[-1] = last, (*described, *before)
    elif before:
        subject = next((entry for entry in before if entry not in manner), before[0])
        before.remove(subject)
        subjects = [(subject, tuple(before))]
    elif not subjects:
        subjects = [(entry, ()) for entry in dict.fromkeys(named) if entry in nouns]
    return Ideas(tuple(subjects), named)
