"""How often `imageType` is told right: python -m benchmarks.kind --photos DIR --corpora DIR [--fit]

Photos are all JPEG files of a directory; clip art is Debian's openclipart-png, at most twelve pictures of a folder, so
that no icon theme outvotes the rest. Each is judged as it is, as a JPEG of quality 75 on white, at 160 pixels, and
photos in grey. Files whose CRC-32 is even fit the weights (`--fit` prints them), the others are the held-out half.
Four lists below were sorted by eye. The thresholds for line drawings were chosen on the first two, grey pictures of
openclipart; nothing was fitted to the other two, cut-out photos and drawings of Debian's tuxpaint-stamps-default.
"""

from __future__ import annotations

import argparse
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.kind import features, planes, tell
from vizsla.decode import DecodeError, Picture, open_picture
from vizsla.decode.libvips import Image, LibvipsError

PER_FOLDER = 12
CLIPART = "openclipart-png/usr/share/openclipart/png"
STAMPS = "tuxpaint-stamps-default/usr/share/tuxpaint/stamps"

LINES = """
    animals/mammals/big_cats/b_w_tiger_susan_park_01.png animals/mammals/dogs/dog_head_nicu_buculei_01.png
    buildings/old_sign_ganson.png computer/diagrams/network_cloud.png
    decorations/flourish_three_upper_right_corner_01.png decorations/left_top_corner_tribal_b_.png
    education/books/open_bible_01_01.png electronics/bulb/lightbulb_jon_phillips_01.png
    electronics/bulb/lightbulb_jon_phillips_03.png food/beverages/milk_bw.png
    food/breads_and_carbs/hash_browns_bw.png food/desserts/flat_cake_bw_jean-victor_01.png
    food/desserts/glace_03_bw_jean-victor__01.png food/meats_and_eggs/bacon_bw_ganson.png
    geography/south_australia_01.png people/clothing/earring_frouke_01.png
    people/clothing/hats/baseball_cap_bw_ganson.png people/silhouette_female_2.png
    plants/flowers/flower2_juliane_krug_01.png recreation/knitting.png recreation/party/cone1_bw_ganson.png
    recreation/religion/christianity/trefoil_architectural_e_01.png
    recreation/religion/simple_cross_01_01.png recreation/sports/baseball_bat_bw_ganson.png
    recreation/toys/domo_kun_nicu_buculei_01.png science/astronomy/southen_cross_01.png
    shapes/arrows/arrow01_2.png shapes/callouts/cloud_r.png shapes/callouts/rectg_l.png
    shapes/callouts/segmented_l.png shapes/flowchart/fc17.png shapes/flowchart/fc23.png
    shapes/stars/star_36pt13step.png shapes/stars/star_63pt26step.png shapes/stars/star_78pt23step.png
    signs_and_symbols/flags/europe/spain/madrid_01.png signs_and_symbols/flags/europe/spain/valencia_01.png
    signs_and_symbols/hazard/poison_bw_jean-victor_ba_01.png signs_and_symbols/old_sign_ganson.png
    signs_and_symbols/weather/snowstorm.png special/patterns/pattern-curves-anglo-roman-3.png
    tools/weapons/ak47_01.png
"""
GREY_BUT_NO_LINES = """
    animals/mammals/big_cats/contour_cheetah.png computer/connectors/connector-ps2.png
    computer/connectors/connector-usb-type-b.png computer/hardware/etiquette_printer_01.png
    computer/hardware/joystick_atari_style_da_r.png computer/icons/applications/user_frederic_moser_01.png
    computer/icons/etiquette-theme/actions/b_minus.png computer/icons/etiquette-theme/actions/back.png
    computer/icons/etiquette-theme/actions/next.png computer/icons/etiquette-theme/apps/inkscape.png
    computer/icons/etiquette-theme/emblems/documents.png
    computer/icons/etiquette-theme/filesystems/gnome-fs-trash-full.png
    computer/icons/etiquette-theme/gnome-compressed.png computer/icons/etiquette-theme/gnome-dev-cdrom.png
    computer/icons/etiquette-theme/mimetypes/gnome-mime-text-x-java.png
    computer/icons/etiquette-theme/rhythmbox.png computer/icons/etiquette-theme/stock/seal.png
    computer/icons/flat-theme/action/artsenvironment.png computer/icons/flat-theme/action/prod.png
    computer/icons/flat-theme/action/shadowR.png computer/icons/lemon-theme/actions/music_fermatenote.png
    computer/icons/newspaper_aubanel_monnie_01.png computer/icons/printer_anton_yu_01.png
    computer/microchip_v.2_havok_redh_01.png computer/network/wireless_transmitter_bra_01.png
    computer/pda_2_toh_yen_cheng_01.png electronics/casco_con_microfono_arch_01.png
    office/handphone_2_toh_yen_chen_01.png office/telephone/phone_sergio_luiz_araujo_01.png
    people/bodypart/right_foot_print_benji_p_02.png people/clothing/t-shirt_01.png people/einstein_01.png
    recreation/games/8_ball_jarno_vasamaa.png recreation/games/cards/white/white_s_5.png
    recreation/games/chess/black_and_white_bishop_r.png recreation/games/joystick_atari_style_da_r.png
    science/astronomy/full_moon_dan_gerhards_01.png shapes/arrows/arrow06_1.png
    signs_and_symbols/clocks/analogue_clock_01.png signs_and_symbols/flags/europe/france/france_corsica.png
    signs_and_symbols/weather/lightning_jon_phillips_03.png tools/key_jordan_wiens_01.png
    tools/weapons/m16_02.png transportation/aiga-symbols/aiga_barber_shop_beauty_salon_.png
    transportation/aiga-symbols/aiga_parking_.png transportation/vehicles/bus_01.png
    transportation/vehicles/hummers/hummer_06.png
"""
CUT_OUT_PHOTOS = """
    animals/birds/chicken_profile.png animals/birds/duck.png animals/birds/gander.png
    animals/birds/peacock.png animals/birds/rainbow-lorikeet.png animals/fish/lionfish.png
    animals/insects/mantis.png animals/mammals/aquatic/dolphin.png animals/mammals/aquatic/sea_lion.png
    animals/mammals/badger.png animals/mammals/bovines/cow_white.png
    animals/mammals/bovines/mountaingoat.png animals/mammals/bovines/sheep.png
    animals/mammals/camel/camel.png animals/mammals/camel/dromedary.png animals/mammals/deer/deer.png
    animals/mammals/dogs/dog.png animals/mammals/equines/zebra.png animals/mammals/rodents/marmot.png
    animals/marsupials/kangaroo.png animals/marsupials/wombat.png animals/shellfish/abalone.png
    animals/shellfish/murray-mussel.png food/fruit/Strawberry2.png food/fruit/apple_fuji.png
    food/fruit/apple_granny_smith.png food/fruit/apricot.png food/fruit/orange.png
    food/fruit/orange_seville.png food/fruit/pineapple.png food/fruit/pomegranate.png
    food/fruit/sliced_orange.png food/vegetables/eggplant.png food/vegetables/lettuce.png
    food/vegetables/onion.png food/vegetables/pepper.png food/vegetables/potato.png
    hobbies/music/string/cello.png hobbies/music/string/guitar_classical.png hobbies/music/string/violin.png
    household/toilet.png military/vehicles/f22_raptor.png people/fireman200b.png people/fireman240a.png
    plants/eggplant.png plants/flowers/appooppanthady.png plants/flowers/chemparathi.png
    plants/flowers/daffodil.png plants/flowers/flower3.png plants/flowers/flower4.png
    plants/flowers/flower5.png plants/flowers/flower9.png plants/flowers/rose.png
    plants/flowers/whitestar-petunia.png plants/trees/pinecone.png seasonal/christmas/Roast_turkey.png
    seasonal/christmas/xmaswreath.png seasonal/halloween/grave-d.png seasonal/halloween/grave-f.png
    space/moon/moon_crescent.png space/planets/3_earth.png space/planets/9_pluto.png sports/basketball.png
    sports/cricketball.png sports/football.png vehicles/auto/truck.png vehicles/garbagetruck.png
"""
DRAWN_STAMPS = """
    animals/birds/cartoon/penguin_with_spider.png animals/birds/cartoon/tux.png
    animals/insects/cartoon/butterfly.png animals/insects/cartoon/snail2.png
    animals/insects/cartoon/spider_computer.png animals/insects/cartoon/spider_football.png
    animals/mammals/bears/cartoon/teddy_bear.png animals/mammals/cats/cartoon/lion.png
    clothes/hats/feathered_hat.png clothes/hats/propeller_hat.png clothes/t_baseballcap.png
    clothes/t_poloshirt.png food/dessert/cartoon/birthday_cake.png food/fruit/cartoon/pear.png
    food/fruit/cartoon/pineapple.png household/dishes/cartoon/pasta_pot.png people/cartoon/mermaid.png
    seasonal/easter/bunny-head.png seasonal/easter/chick-hatched.png seasonal/hanukkah/dreydl-gimmel.png
    seasonal/hanukkah/dreydl-nun.png seasonal/newyears/party-horn-out.png town/cartoon/gate.png
    town/cartoon/mine.png town/flags/greenflag.png town/houses/cartoon/blacksmith.png
    town/houses/cartoon/city.png town/houses/cartoon/farm.png town/houses/cartoon/fort.png
    town/houses/cartoon/fortress.png town/houses/cartoon/hunter.png town/houses/cartoon/jailhouse.png
    town/houses/cartoon/swisshome.png town/houses/cartoon/tent.png town/houses/cartoon/tower_flag_red.png
    town/monuments/cartoon/magic_stones.png town/monuments/cartoon/obelisk.png
    town/monuments/cartoon/totem.png town/roadsigns/hospital.png town/roadsigns/roundabout.png
    vehicles/construction/cartoon/towTruck.png vehicles/locomotive/cartoon/boxcar.png
    vehicles/locomotive/cartoon/caboose.png vehicles/locomotive/cartoon/toy_train.png
    vehicles/ship/cartoon/bathyscape.png vehicles/ship/cartoon/tugboat.png
"""


class Judged(NamedTuple):
    variant: str
    photo: bool
    held_out: bool
    kind: str
    features: NDArray[np.float64]


def variants(path: Path, photo: bool) -> Iterator[tuple[str, Picture]]:
    """The file as it is, and what happens to pictures on the web."""
    yield "as it is", open_picture(path.read_bytes())
    image = Image.new_from_file(str(path))
    image = image.flatten(background=255) if image.hasalpha() else image
    yield "JPEG 75", open_picture(image.jpegsave_buffer(Q=75))
    yield "160 px", open_picture(image.thumbnail_image(160, size="down").jpegsave_buffer(Q=85))
    if photo:
        yield "in grey", open_picture(image.colourspace("b-w").jpegsave_buffer(Q=85))


def judge(path: Path, photo: bool) -> list[Judged]:
    held_out = zlib.crc32(path.name.encode()) % 2 == 1
    found = []
    try:
        for name, picture in variants(path, photo):
            measured = features(planes(picture), picture.alpha)
            found.append(Judged(name, photo, held_out, tell(picture).kind, measured))
    except (DecodeError, LibvipsError) as error:
        print(f"left out: {path.name}: {error}")
    return found


def sample(folder: Path) -> list[Path]:
    """At most `PER_FOLDER` pictures of each folder, spread over a digest of their names."""
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*.png"), key=lambda path: zlib.crc32(path.name[::-1].encode())):
        folders[path.parent].append(path)
    return [path for paths in folders.values() for path in paths[:PER_FOLDER]]


def fit(judged: list[Judged]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression by Newton's method, both classes weighing the same, with a little L2."""
    measured = np.array([one.features for one in judged])
    photo = np.array([one.photo for one in judged], dtype=np.float64)
    weight = np.where(photo == 1, 0.5 / photo.mean(), 0.5 / (1 - photo.mean())) / len(photo)
    mean, deviation = measured.mean(axis=0), measured.std(axis=0)
    columns = np.c_[(measured - mean) / deviation, np.ones(len(photo))]
    weights = np.zeros(columns.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (weight * (chance - photo)) + 1e-3 * weights
        curve = (columns.T * (weight * chance * (1 - chance))) @ columns + 1e-3 * np.eye(len(weights))
        weights -= np.linalg.solve(curve, slope)
    scaled = weights[:-1] / deviation
    return scaled, float(weights[-1] - scaled @ mean)


def print_share(what: str, kinds: Iterable[str], right: set[str]) -> None:
    answers = list(kinds)
    good = sum(kind in right for kind in answers)
    print(f"{what:45} {good:5} of {len(answers):5}  {good / max(1, len(answers)):.3f}")


def print_list(what: str, folder: Path, names: str, right: set[str]) -> None:
    print_share(
        what, (tell(open_picture((folder / name).read_bytes())).kind for name in names.split()), right
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, required=True, help="directory of JPEG photos")
    parser.add_argument(
        "--corpora", type=Path, required=True, help="directory of the unpacked Debian packages"
    )
    parser.add_argument("--fit", action="store_true", help="print weights fitted to the other half")
    arguments = parser.parse_args()
    clipart, stamps = arguments.corpora / CLIPART, arguments.corpora / STAMPS
    paths = [(path, True) for path in sorted(arguments.photos.glob("*.jpg"))]
    paths += [(path, False) for path in sample(clipart)]
    with ThreadPoolExecutor(2) as threads:
        judged = [one for found in threads.map(lambda given: judge(*given), paths) for one in found]
    if arguments.fit:
        weights, bias = fit([one for one in judged if not one.held_out])
        print("weights", *weights.round(2), "bias", round(bias, 2))
    for photo, right in ((True, {"photo"}), (False, {"clipart", "line"})):
        for variant in dict.fromkeys(one.variant for one in judged if one.photo == photo):
            kinds = (
                one.kind for one in judged if one.held_out and (one.photo, one.variant) == (photo, variant)
            )
            print_share(f"held-out {'photos' if photo else 'clip art'}, {variant}", kinds, right)
    print_list("line drawings", clipart, LINES, {"line"})
    print_list("other grey pictures, not line", clipart, GREY_BUT_NO_LINES, {"clipart", "photo"})
    print_list("cut-out photos, photo", stamps, CUT_OUT_PHOTOS, {"photo"})
    print_list("drawn stamps, not photo", stamps, DRAWN_STAMPS, {"clipart", "line"})


if __name__ == "__main__":
    main()
