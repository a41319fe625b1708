"""Words for what a library does not show, written down before anything was measured; what was taken out since is named."""

from __future__ import annotations

from collections.abc import Mapping

TAKEN_AWAY: Mapping[str, str] = {
    query: category or query
    for query, _, category in (
        line.partition(" = ")
        for line in """\
zebra
elephant
giant panda
hippopotamus
camel = Arabian camel
hyena
wild boar
gorilla
sloth
killer whale
sea lion
wombat
wallaby
echidna
guinea pig
peacock
pelican
toucan
hummingbird
black swan
lobster
sea urchin
sea anemone
lionfish
stingray
airliner
bullet train
steam locomotive
space shuttle
tractor
schooner
banjo
harp
cello
flute
abacus
hourglass
corkscrew
mousetrap
maze
mosque
obelisk
viaduct
geyser
kimono
mitten
quilt
rifle
safety pin
power drill
paintbrush
wooden spoon
coffee mug
ice cream
pretzel
guacamole
hotdog
cauliflower
crossword puzzle""".splitlines()
    )
}
"""Query = category in WordNet. All photos of all of these are taken out of the library that is asked for them. Manhole covers
are not among them any more: a photo of another class shows one."""

NOUNS = (
    """
giraffe, ostrich, octopus, squid, walrus, moose, kangaroo, koala, hedgehog, porcupine, skunk, raccoon, beaver, otter,
platypus, armadillo, lemur, chimpanzee, flamingo, seahorse, jellyfish, oyster, scorpion, centipede, grasshopper,
mosquito, igloo, volcano, skyscraper, lighthouse, windmill, aqueduct, tepee, pagoda, ferris wheel, roller coaster,
trampoline, hammock, parachute, submarine, hovercraft, canoe, kayak, unicycle, skateboard, snowboard, surfboard,
snowmobile, bulldozer, forklift, excavator, ambulance, helicopter, zeppelin, rickshaw, chandelier, candelabra,
typewriter, sewing machine, vacuum cleaner, lawnmower, wheelbarrow, chainsaw, sledgehammer, anvil, loom, telescope,
microscope, stethoscope, syringe, wheelchair, dentures, xylophone, harmonica, bagpipes, tuba, trombone, ukulele,
tambourine, castanets, accordion, sitar, burrito, taco, lasagna, sushi, pancakes, waffles, omelette, croissant, donut,
popcorn, artichoke, asparagus, broccoli, avocado, pomegranate, papaya, mango, coconut, cactus, bonsai, dandelion,
waterfall, glacier, canyon, iceberg, avalanche, tornado, eclipse, aurora, fingerprint, tattoo, mannequin, scarecrow,
snowman, gargoyle, sphinx, tombstone, hieroglyphs, graffiti, passport, banknote, diploma, barcode, dartboard,
pinball machine, slot machine, roulette, chopsticks, samurai, astronaut, ballerina, firefighter, surgeon, bullfight,
rodeo, karate, wrestling, synagogue, sarcophagus
""".replace("\n", " ")
    .strip()
    .split(", ")
)
"""What some collection of pictures has nothing of: those that a text of the collection names are left out."""

SEEN: Mapping[str, frozenset[str]] = {
    "photos": frozenset({"lighthouse"}),
    "openclipart": frozenset({"forklift"}),
    "stamps": frozenset({"parachute"}),
}
"""Those that a picture of a collection shows though its text does not say so, as was seen when the pictures that they find were
looked at: they are not asked for there."""
