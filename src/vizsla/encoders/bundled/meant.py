"""Which entry of the vocabulary a word means, where the artifact's own embedding leads away from what pictures show.

The sentence encoder finds "kitten" nearer to other young animals than to cats, and WordNet has "tigers" as an entry of its own
beside "tiger", less like the class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WORDS: Final = """\
cat: kitten
cattle: calf bull
sheep: lamb
pig: piglet
horse: foal pony
hen: chicken chick
cock: rooster
duck: duckling
goose: gosling
sailing vessel: yacht
airplane: jet
chair: armchair
bookcase: bookshelf
refrigerator: freezer
purse: handbag
running shoe: sneaker
shoe: slipper
cellular telephone: smartphone
comic book: comic
carbonara: pasta
toilet seat: toilet
spider web: cobweb
soccer ball: soccer
tennis ball: tennis
golf ball: golf
shoe: shoes
seat: seats
wing: wings
bank: banks
device: devices
mill: mills
gate: gates
bridge: bridges
tiger: tigers
board: boards
chain: chains
fly: flies
organ: organs
alp: alps
barrel: barrels
rail: rails
bowl: bowls
hook: hooks
diver: divers
clock: clocks
taxi: taxis
crab: crabs
trumpet: trumpets
bun: buns
cleaver: cleavers
pant: pants
"""

MEANT: Final[Mapping[str, str]] = {
    word: entry
    for entry, _, words in (line.partition(": ") for line in _WORDS.splitlines())
    for word in words.split()
}
"""Word = entry. Below "shoes" are plurals that WordNet has entries for, of words that name a class or something above one."""
