#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the small pictures beside it and pixels.json: width, height and what Pillow makes of each by exif_transpose and
convert("RGB"), planar. Where Pillow cannot write a variant, its bytes are put together here; Pillow still reads it.
Run with Pillow 13 and NumPy; other versions may pack the pictures differently."""
import io
import json
import pathlib
import struct
import zlib

import numpy
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).parent
RANDOM = numpy.random.default_rng(5)
WIDTH, HEIGHT = 7, 5


def colours(width=WIDTH, height=HEIGHT, alpha=False):
    return RANDOM.integers(0, 256, (height, width, 4 if alpha else 3), dtype=numpy.uint8)


def smooth(width, height):
    """What JPEG and lossy WebP keep well."""
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [255 * x / (width - 1), 255 * y / (height - 1), 255 * (x + y) / (width + height - 2)]
    return numpy.stack(planes, axis=-1).astype(numpy.uint8)


def packed(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def exif(orientation, order="<"):
    head = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + head + struct.pack(order + "IH", 8, 1) + entry + struct.pack(order + "I", 0)


# PNG ------------------------------------------------------------------------------------------------------------------------------
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, depth, colour, rows, interlaced=0, extra=b""):
    """`rows`: the bytes of each row, of all passes where it is interlaced."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
    data = b"".join(b"\0" + row for row in rows)
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def passes(pixels):
    """Adam7."""
    for top, left, down, right in ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)):
        part = pixels[top::down, left::right]
        yield from (row.tobytes() for row in part if row.size)


def bits(values, depth):
    text = "".join(format(value, f"0{depth}b") for value in values)
    return int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")


def png_files():
    rgb, rgba, grey = colours(), colours(alpha=True), colours()[:, :, 0]
    yield "rgb.png", packed(Image.fromarray(rgb), "PNG")
    yield "rgba.png", packed(Image.fromarray(rgba), "PNG")
    yield "grey.png", packed(Image.fromarray(grey), "PNG")
    yield "grey-alpha.png", packed(Image.fromarray(rgba).convert("LA"), "PNG")
    for depth in (1, 2, 4):
        rows = [bits([int(v) >> (8 - depth) for v in row], depth) for row in grey]
        yield f"grey-{depth}bit.png", png(WIDTH, HEIGHT, depth, 0, rows)
    palette = Image.fromarray(rgb).quantize(4)
    yield "palette-2bit.png", packed(palette, "PNG", bits=2)
    yield "palette-transparent.png", packed(palette, "PNG", transparency=1)
    yield "rgb-transparent.png", packed(Image.fromarray(rgb), "PNG", transparency=tuple(int(v) for v in rgb[1, 2]))
    wide = RANDOM.integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(">u2")
    yield "rgb-16bit.png", png(WIDTH, HEIGHT, 16, 2, [row.tobytes() for row in wide])
    yield "grey-16bit.png", png(WIDTH, HEIGHT, 16, 0, [row.tobytes() for row in wide[:, :, 0]])
    large = colours(11, 10)
    yield "interlaced.png", png(11, 10, 8, 2, passes(large), interlaced=1)
    yield "turned.png", packed(Image.fromarray(rgb), "PNG", exif=exif(6))
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))
    yield "gamma.png", png(WIDTH, HEIGHT, 8, 2, [row.tobytes() for row in rgb], extra=gamma)


# JPEG -----------------------------------------------------------------------------------------------------------------------------
def jpeg_files():
    image = Image.fromarray(smooth(19, 13))
    small = {"quality": 75, "optimize": True}
    yield "rgb.jpg", packed(image, "JPEG", subsampling="4:4:4", **small)
    yield "subsampled.jpg", packed(image, "JPEG", subsampling="4:2:0", **small)
    yield "progressive.jpg", packed(image, "JPEG", progressive=True, **small)
    yield "grey.jpg", packed(image.convert("L"), "JPEG", **small)
    cmyk = numpy.concatenate([smooth(19, 13), numpy.full((13, 19, 1), 60, numpy.uint8)], axis=-1)
    bytes_of_cmyk = packed(Image.fromarray(cmyk, "CMYK"), "JPEG", **small)
    yield "cmyk.jpg", bytes_of_cmyk
    adobe = bytes_of_cmyk.index(b"Adobe")
    yield "ycck.jpg", bytes_of_cmyk[: adobe + 11] + b"\2" + bytes_of_cmyk[adobe + 12 :]  # the same samples by another name
    for orientation in range(1, 9):
        data = exif(orientation, "<" if orientation % 2 else ">")
        yield f"orientation-{orientation}.jpg", packed(Image.fromarray(smooth(11, 6)).convert("L"), "JPEG", exif=data, **small)


# WebP -----------------------------------------------------------------------------------------------------------------------------
def webp_files():
    image = Image.fromarray(smooth(19, 13))
    exact = {"lossless": True, "exact": True}
    yield "lossy.webp", packed(image, "WEBP", quality=80)
    yield "lossless.webp", packed(Image.fromarray(colours()), "WEBP", **exact)
    yield "alpha.webp", packed(Image.fromarray(colours(alpha=True)), "WEBP", **exact)
    yield "turned.webp", packed(Image.fromarray(colours()), "WEBP", exif=exif(8), **exact)
    frames = [Image.fromarray(colours()) for _ in range(3)]
    yield "animated.webp", packed(frames[0], "WEBP", save_all=True, append_images=frames[1:], **exact)


# BMP ------------------------------------------------------------------------------------------------------------------------------
def bmp(depth, rows, compression=0, palette=b"", masks=b"", width=WIDTH, height=HEIGHT, data=None):
    """`rows`: the bytes of each row as it is seen; `data`: all of the pixels in their place."""
    if data is None:
        data = b"".join(row.ljust(-(-len(row) // 4) * 4, b"\0") for row in (rows if height < 0 else rows[::-1]))
    begin = 54 + len(masks) + len(palette)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, depth, compression, len(data), 0, 0, len(palette) // 4, 0)
    return b"BM" + struct.pack("<IHHI", begin + len(data), 0, 0, begin) + head + masks + palette + data


def bmp_files():
    rgb = colours()
    bgr = rgb[:, :, ::-1]
    palette = b"".join(bytes(colour) + b"\0" for colour in colours(16, 1)[0])
    yield "rgb.bmp", packed(Image.fromarray(rgb), "BMP")
    yield "rgba.bmp", packed(Image.fromarray(colours(alpha=True)), "BMP")
    yield "palette.bmp", packed(Image.fromarray(rgb).quantize(9), "BMP")
    yield "black-and-white.bmp", packed(Image.fromarray(rgb).convert("1"), "BMP")
    yield "top-down.bmp", bmp(24, [row.tobytes() for row in bgr], height=-HEIGHT)
    indices = RANDOM.integers(0, 16, (HEIGHT, WIDTH))
    yield "palette-4bit.bmp", bmp(4, [bits(row, 4) for row in indices], palette=palette)
    words = RANDOM.integers(0, 65536, (HEIGHT, WIDTH)).astype("<u2")
    yield "555.bmp", bmp(16, [row.tobytes() for row in words])
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    yield "565.bmp", bmp(16, [row.tobytes() for row in words], compression=3, masks=masks)
    # Runs, pixels of their own, a step of 2 right and 1 up, an early end of a row.
    runs = bytes([7, 3, 0, 0, 0, 4, 1, 2, 3, 4, 3, 9, 0, 0, 2, 5, 0, 2, 2, 1, 3, 6, 0, 0, 7, 8, 0, 0, 0, 1])
    yield "runs-8bit.bmp", bmp(8, [], compression=1, palette=palette, data=runs)
    runs = bytes([7, 0x35, 0, 0, 0, 5, 0x12, 0x34, 0x50, 0, 2, 0x99, 0, 0, 7, 0xAB, 0, 0, 7, 0xC0, 0, 0, 3, 0x12, 4, 0xFF, 0, 1])
    yield "runs-4bit.bmp", bmp(4, [], compression=2, palette=palette, data=runs)
    old = b"BM" + struct.pack("<IHHI", 26 + 24 * HEIGHT, 0, 0, 26) + struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 24)
    yield "os2.bmp", old + b"".join(row.tobytes().ljust(24, b"\0") for row in bgr[::-1])


def expected(name, data):
    image = Image.open(io.BytesIO(data))
    if image.mode == "I;16":  # convert("RGB") would clip at 255: the upper 8 bits, by hand
        grey = (numpy.asarray(image) >> 8).astype(numpy.uint8)
        pixels = numpy.stack([grey] * 3)
    else:
        pixels = numpy.asarray(ImageOps.exif_transpose(image).convert("RGB")).transpose(2, 0, 1)
    return {"width": pixels.shape[2], "height": pixels.shape[1], "pixels": pixels.tobytes().hex()}


def main():
    pixels = {}
    for files in (png_files(), jpeg_files(), webp_files(), bmp_files()):
        for name, data in files:
            pixels[name] = expected(name, data)
            (FOLDER / name).write_bytes(data)
    lines = ",\n".join(f'"{name}": {json.dumps(entry)}' for name, entry in pixels.items())
    (FOLDER / "pixels.json").write_text("{\n" + lines + "\n}\n")


main()
