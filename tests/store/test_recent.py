"""Records that were read lately are kept as long as nothing changes, and no more of them than there is room for."""

from __future__ import annotations

from vizsla.store.recent import Recent


def test_it_keeps_what_is_asked_for_and_forgets_the_rest() -> None:
    recent: Recent[str] = Recent(7, room=4)
    for number in range(10):
        recent.put(number, str(number))
        assert recent.get(0) == "0"
    kept = [number for number in range(10) if recent.get(number)]
    assert kept[0] == 0
    assert kept[-1] == 9
    assert len(kept) <= 4


def test_it_never_holds_more_than_its_room() -> None:
    recent: Recent[str] = Recent(7, room=4)
    for number in range(100):
        recent.put(number, str(number))
        assert sum(recent.get(one) is not None for one in range(number + 1)) <= 4
