"""Words for what pictures show: a few hundred subjects, things and moods that people take and draw pictures of.

What a picture has to do with each of them tells more about what it shows than its vector's numbers do one by one: by
that profile likeness is compared (`ground.py`), without the words that say how something looks. The words are common, spread over what there is to be seen, and the same in
every library, so that an answer does not change with what a server has learnt.
"""

from __future__ import annotations

from typing import Final

_SUBJECTS: Final = """
animal dog puppy cat kitten horse cow pig sheep goat rabbit mouse bear wolf fox lion tiger elephant monkey deer
squirrel bat kangaroo zebra giraffe whale dolphin seal fish shark crab octopus shell frog lizard snake turtle
crocodile dinosaur dragon bird chicken duck swan owl eagle parrot penguin insect butterfly bee ant beetle ladybug
spider snail worm feline canine mammal reptile pet wildlife
person man woman boy girl baby child people family crowd face eye hand foot mouth body skeleton skull king queen
soldier doctor fireman musician dancer dancing athlete angel saint pirate witch ghost robot monster cartoon smiley
plant tree forest leaf flower rose sunflower tulip grass garden mushroom cactus palm fruit apple banana lemon
cherry grapes strawberry pear pineapple vegetable tomato potato carrot onion pepper corn pumpkin wheat
food meal breakfast bread cake pie cookie candy chocolate dessert icecream pizza sandwich hamburger meat bacon egg
cheese fish soup rice salad drink beverage coffee tea juice milk water beer wine bottle glass cup plate bowl spoon
knife fork kitchen pan cooking restaurant
house building castle church tower bridge city village street road school hospital hotel shop store farm barn
lighthouse fence door window wall stairs room office bedroom bathroom toilet library museum temple monument statue
ruins fountain
furniture table chair sofa bed desk lamp candle clock mirror carpet box basket bag suitcase umbrella
sky sun moon star cloud rain snow lightning storm rainbow sunset night fire smoke explosion space planet earth
astronomy rocket satellite landscape mountain hill valley volcano desert beach sea ocean lake river waterfall island
coast cave ice winter spring summer autumn
vehicle car truck bus bicycle motorcycle train tractor boat ship sailing airplane helicopter balloon traffic wheel
engine anchor tank
tool hammer saw scissors screwdriver wrench key lock chain rope nail brush broom bucket ladder machine factory
electricity battery bulb magnet compass telescope microscope magnifier thermometer
computer laptop keyboard monitor screen printer telephone phone camera television radio microphone speaker headphones
network internet web button arrow icon symbol sign flag map diagram chart document paper pencil pen book newspaper
letter envelope stamp money coin calendar card text logo emblem shield
music guitar piano violin drum trumpet flute harp
sport ball soccer football baseball basketball tennis golf hockey swimming skiing fishing race medal trophy game
chess dice cards puzzle toy doll
clothing shirt dress hat cap shoe boot glove coat tie belt glasses jewelry ring crown necklace watch wig mask
holiday christmas halloween easter valentine birthday wedding party present decoration fireworks religion cross
heart love death medicine pill science chemistry war weapon gun sword bomb
art painting drawing sculpture pattern texture fabric stone brick wood metal glass feather fur
"""

_MANNERS: Final = """
black white red green blue yellow brown pink purple gray orange gold
old new big small dark bright cute funny ancient wet
"""

SUBJECTS: Final[tuple[str, ...]] = tuple(dict.fromkeys(_SUBJECTS.split()))
"""What pictures show."""

EVERYDAY: Final = (*SUBJECTS, *_MANNERS.split())
"""That, and how it looks."""
