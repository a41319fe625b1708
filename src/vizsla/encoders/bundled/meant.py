"""What words mean, where the artifact's own embedding leads away from what pictures show.

The sentence encoder finds "kitten" nearer to other young animals than to cats, WordNet has "tigers" as an entry of its own
beside "tiger", less like the class, and calls toy dogs "toy" as well. Entries on the left and on the right are names of the
artifact's vocabulary: names of classes and of what WordNet has above them, where pictures are to be found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

_WORDS: Final = """\
dog: puppy, pup, pooch, mutt
cat: kitten, kitty, pussycat, pussy cat, tomcat, moggy, moggie, house cat
toy dog: lapdog, lap dog
motorcar: car, auto, automobile, sedan, hatchback, coupe, passenger vehicle
cattle: calf, bull, cow
sheep: lamb, ewe
pig: piglet
horse: foal, pony, mare, stallion, filly, gelding
hen: chicken, chick
cock: rooster
duck: duckling
goose: gosling
lion: lioness
tiger: tigress, tigers
animal: critter, creature
ungulate: hoofed animal
carnivore: predator
bird: fowl, birdlife
oscine: songbird, song bird
passerine: perching bird
aquatic bird: waterbird
wading bird: waders
turtle: tortoise
anemone fish: clownfish, clown fish
sea lion: sealion
insect: bug, creepy-crawly
fungus: fungi, toadstool
spider web: cobweb, spiderweb
crab: crabs
sailing vessel: yacht
wreck: shipwreck
transport: transportation
motor vehicle: automotive
truck: lorry, hgv, heavy goods vehicle
airship: blimp
aircraft: flying machine, aviation
race car: racecar
recreational vehicle: motorhome, camper, caravan, campervan, camper van, motor home
go-kart: go kart, gokart
taxi: taxis
chair: armchair
sofa: settee
bookcase: bookshelf
refrigerator: freezer
quilt: blanket, duvet
washbasin: sink, bathroom sink, kitchen sink
toilet seat: toilet, loo, restroom, lavatory, wc
purse: handbag
running shoe: sneaker, trainers
shoe: slipper, shoes
sandal: flip flop, flip-flop
headgear: headwear, headpiece
overgarment: outerwear
brassiere: underwear, lingerie, underclothes
clothing: clothes, outfit, fashion, costume, garb, menswear, womenswear, apparel, attire
necklace: pendant
hair spray: hairspray
hand blower: hairdryer
cellular telephone: smartphone, mobile, iphone
ipod: mp3 player, mp3
joystick: gamepad, game controller
hard disk: hard drive
typewriter keyboard: typewriter
lawn mower: lawnmower
ashcan: trashcan, rubbish bin, wastebasket, waste basket
piggy bank: piggybank
backpack: schoolbag, school bag
mailbox: letterbox, post box, postbox
drum: drumkit, drum kit, drum set
stringed instrument: string instrument
musical instrument: instrument of music
sports equipment: sporting goods, sports gear
scuba diver: scuba
groom: bride, wedding, bridegroom
carousel: merry go round
seat: seats, seating
prison: jail
church: cathedral, chapel
restaurant: cafe
castle: fortress
dock: harbor, harbour
grocery store: supermarket
gas pump: gas station, petrol station, filling station
bannister: stairs, staircase
traffic light: traffic
street sign: road sign
fire screen: fireplace
bookshop: bookstall
comic book: comic
carbonara: pasta, spaghetti
French loaf: baguette
corn: maize
flower: blossom
buckeye: chestnut
alcohol: booze
jigsaw puzzle: jigsaw
scabbard: sword
food: cuisine, eatables
shop: boutique, storefront
building: architecture
telephone: handset
vegetable: greens
home appliance: domestic appliance, electrical appliance, household appliance
percussion instrument: percussion
aquatic mammal: marine mammal
Sennenhunde: mountain dog
public transport: public transportation
baked goods: pastry, bakery product
woodwind: woodwind instrument
lamp: lighting
gymnastic apparatus: gymnastics, gymnastics equipment
roof: rooftop
swimsuit: beachwear
geological formation: landform
lake: pond
mountain: hill, peak, summit
soccer ball: soccer
tennis ball: tennis
golf ball: golf
puck: hockey
ski: skiing
porcupine: porcupines
kelpie: kelpies
boxer: boxers
syringe: syringes
iron: irons
hay: hays
weapon: arms, weaponry, armament
wing: wings
weasel: weasels
bank: banks
device: devices
mill: mills
gate: gates
bridge: bridges, footbridge
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
trumpet: trumpets
bun: buns
cleaver: cleavers
pant: pants
"""

_SHOWN: Final = """\
amphibian: amphibian, 0.5 amphibious vehicle
cat: domestic cat, 0.8 wildcat, 0.6 big cat
wild cat: wildcat, big cat
motorcar: motorcar, 0.4 railcar
sheep: sheep, 0 sheepdog
toy: toy, 0 toy dog
plane, airplane, aeroplane, jet: airplane, warplane, 0 carpenter's plane
train: train, locomotive, railcar
sport utility, suv: jeep, minivan, station wagon
rocket: missile, space shuttle
wheel: wheel, 0 bicycle
machine, machinery: machine, 0 motorcar, 0 wheel
monitor: monitor, 0 monitor lizard
game: game, 0 game bird
wood: wood, 0 woodwind
pattern: pattern, 0 totem pole
plant: plant, flowerpot, 0 factory
shell, seashell: conch, chambered nautilus, snail
microscope: microscope, 0 loupe
pet: domestic animal, hamster, guinea pig, goldfish, rabbit
wildlife, wild animal: animal, 0.5 domestic animal
farm animal, livestock: sheep, cattle, hog, horse, hen, cock, goose
sea animal, sea creature, marine animal, marine life, sea life: \
fish, aquatic mammal, crustacean, coelenterate, echinoderm, sea turtle
underwater: coral reef, scuba diver, brain coral, sea anemone, jellyfish, anemone fish
aquarium: fish, jellyfish
seafood: crustacean
people, person: person, 0 agent, 1 person
house, home: dwelling, mobile home, barn, boathouse, thatch, 0.5 palace, 0.5 monastery
kitchen: kitchen appliance, kitchen utensil, refrigerator, dishwasher
kitchenware: kitchen utensil, kitchen appliance
bathroom: bathtub, washbasin, toilet seat, shower curtain, medicine chest
bedroom: bed, wardrobe, bassinet, crib
living room: studio couch, entertainment center, television, fire screen
office: desk, file cabinet, desktop computer, photocopier
cupboard: cabinet, wardrobe
kettle: teapot, caldron
wineglass, wine glass: goblet, red wine
glass: glass, 0 loupe, 0 spectacles
cup: cup, coffee mug
beer: beer glass, beer bottle
coffee: coffee, coffee mug, coffeepot, espresso maker
medicine: pill bottle, medicine chest, syringe
electronics, electronic device, gadget: electronic equipment, 0.8 computer, 0.8 television, 0.8 camera, 0.8 radio
hardware: tool, fastener
stationery: writing implement, rubber eraser, envelope, pencil box, ruler, pencil sharpener, binder
dress: gown, hoopskirt, sarong
jacket: coat, sweatshirt, cardigan
book: book jacket, bookcase, bookshop, library, comic book
music: musical instrument
sport: sports equipment, ball, athlete, ski
football: football helmet, soccer ball, rugby ball
gym: gymnastic apparatus, dumbbell, barbell
playground: swing
swimming: swimsuit, bathing cap
meal: dish, 0 crockery
meat: meat loaf, hotdog, cheeseburger, butcher shop
fast food, fastfood, junk food: cheeseburger, hotdog, pizza, burrito
groceries: grocery store, produce
mushroom: mushroom, 0.8 fungus
landscape, scenery, nature: geological formation
mountain: mountain, 0.6 valley, 0.5 cliff
flower: flower, 0.6 flowerpot, 0.5 vase, 0.5 cardoon, 0.5 rapeseed
tower: tower, bell cote, 0.4 mosque
steeple, spire, belfry, bell tower: bell cote, 0.6 church
church: church, 0.6 bell cote, 0.6 monastery
temple, shrine, pagoda: stupa, 0.6 monastery
monument, memorial: monument, obelisk, 0.7 pedestal
statue, sculpture: pedestal, 0 support, 0 supporting structure, 1 pedestal
spoon: spoon, 0.6 ladle
cutlery, silverware: wooden spoon, 0.7 ladle, 0.5 spatula
plate: plate, 0 puck, 0 breastplate, 0 pickelhaube
"""

_NOUNS: Final = """
cock amphibian invertebrate quail duck marsupial slug crustacean crane cetacean seal canine feline husky dalmatian tabby bear fly
hog ram badger dirigible shed tie bow buckle vest train clog coil lock watch locomotive file dress hamper hook pant puzzle
omnibus nail paddle brush cushion plow drill telescope pin sign screw lounge mop swing switch arch whistle wreck
squash pepper drink groom bridegroom geyser monitor
"""

_MANNER: Final = """
cute lovely beautiful pretty nice handsome gorgeous adorable sweet funny silly strange weird odd amazing cool awesome great good best
perfect favourite favorite famous popular interesting typical classic vintage retro old ancient antique historic historical new
modern contemporary traditional young baby little small tiny mini big large huge enormous long short tall high low
wide narrow thick thin fat skinny heavy fast slow strong weak rich poor cheap expensive luxury fancy elegant simple plain
clean dirty dusty rusty broken damaged abandoned ruined empty full open closed wet dry fresh rotten ripe raw cooked homemade
delicious tasty yummy healthy hot cold warm cool frozen spicy dark bright shiny dull colourful colorful striped spotted fluffy
furry hairy woolly soft hard smooth rough sharp round square oval flat happy sad angry sleepy tired hungry lonely lazy busy
calm quiet loud scary spooky dangerous deadly venomous poisonous aggressive friendly tame wild domestic domesticated exotic
tropical african asian american european australian native local rare common endangered extinct alive dead
sleeping lying sitting standing walking running jumping flying swimming slithering hunting eating drinking feeding grazing
playing resting hiding looking posing smiling howling roaring singing fighting parked moving driving rolling bouncing
floating sailing hanging falling burning glowing blooming growing isolated single several many group herd flock pack pair couple
two three four five six some several front back side above below behind near outside inside outdoor outdoors indoor
indoors wooden metal plastic leather silk woollen cotton electric electrical electronic portable professional
domestic household public private women's woman's men's man's children's kid's kids ladies female male
day night morning evening sunny rainy snowy summer winter spring autumn sky road street woods forest jungle field meadow
water snow city town countryside africa asia america europe floor background landscape portrait wall
"""


class Shown(Struct, frozen=True):
    """Where pictures of something are found."""

    names: tuple[str, ...]
    """Each of them will do as well."""
    weighed: tuple[tuple[float, str], ...]
    """Relevance, 0 to 1, and the name: what the classes that are called so have in place of what their likeness gives them. A
    later one outdoes an earlier one."""


def _lines(table: str) -> Iterator[tuple[str, list[str]]]:
    for line in table.splitlines():
        left, _, right = line.partition(": ")
        yield left, right.split(", ")


def _shown(names: list[str]) -> Shown:
    plain = tuple(name for name in names if not name[0].isdigit())
    weighed = (name.split(" ", 1) for name in names if name[0].isdigit())
    return Shown(plain, tuple((float(weight), name) for weight, name in weighed))


MEANT: Final[Mapping[str, str]] = {word: entry.lower() for entry, words in _lines(_WORDS) for word in words}
"""Word or words = the entry that is taken in their place, also where the vocabulary has them. The last are plurals that WordNet
has entries for, of words that name a class or something above one."""

SHOWN: Final[Mapping[str, Shown]] = {
    word: _shown(names) for words, names in _lines(_SHOWN) for word in words.split(", ")
}
"""Word or words = what shows them, where that is not one thing by one name. A number before a name is the relevance of what has
that name: "toy" is not for toy dogs, which WordNet calls "toy" too, and lions come after cats."""

NOUNS: Final[frozenset[str]] = frozenset(_NOUNS.split())
"""Names of classes that people write more often as verbs or as adjectives: subjects all the same."""

MANNER: Final[frozenset[str]] = frozenset(_MANNER.split())
"""Words that say how, where or how many something is, and not what it is: a sleeping dog is a dog, but a pinball machine is not
any machine."""
