"""libvips, set up for files that nobody vouches for. The only module that imports it.

One libvips thread per call, because callers decode many pictures in threads of their own; pyvips gives up the
interpreter lock in every call. No cache of operations: pictures are not seen twice.
"""

from __future__ import annotations

import logging

import pyvips

pyvips.cache_set_max(0)
pyvips.voperation.concurrency_set(1)
pyvips.block_untrusted_set(True)
# Unsafe in libvips' eyes for reading other files, which librsvg does not do for a document from memory
# (tests/decode/test_hostile.py); every other loader that is needed is trusted.
pyvips.operation_block_set("VipsForeignLoadSvg", False)
logging.getLogger("pyvips").setLevel(logging.CRITICAL)

Image = pyvips.Image
Region = pyvips.Region
LibvipsError = pyvips.Error
load = pyvips.Operation.call
