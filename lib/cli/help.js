// @ts-check
'use strict'

/**
 * What `offloop --help` prints.
 *
 * @module
 */

const help = `Usage: offloop image <file | pattern | folder>... [options]

Many images at once, on all cores. A folder stands for all images in it and below. Quote patterns: '*' and '?' match
within a name, '**' any folders, '[a-z]' a character, '{jpg,png}' one of several. What begins with a dot is left out.

  offloop image 'photos/**/*.jpg' --resize 800x600 --webp 80 --out thumbs/

What is done, in the order of the options
  --resize <W>x<H> | <W> | x<H>   to this size, in pixels
    --fit <how>                   cover (default), contain, fill, inside, outside
    --position <where>            which part \`cover\` keeps: centre (default), north, southwest, attention, ...
    --kernel <name>               lanczos3 (default), lanczos2, mitchell, cubic, linear, nearest
    --without-enlargement         leaves smaller images as they are
  --rotate [degrees]              clockwise; images are turned upright anyway
  --flip, --flop                  upside down; left and right change places
  --grey                          without colours
  --blur [sigma], --sharpen [sigma]
  --trim [threshold]              cuts off what looks like the background

The format, by default that of the file where it can be written, else PNG
  --jpeg [quality], --webp [quality], --tiff [quality], --png, --gif
  --avif [quality]                where the build has it
  --quality <1-100>, --lossless, --effort <n>
  --keep-metadata                 EXIF and XMP

Where results go, by default beside the files
  -o, --out <folder>              the folders below the fixed part of a pattern are kept; made when missing
  --suffix <text>                 after the name: photo-small.jpg
  --overwrite                     replaces files that exist, which are skipped otherwise

How
  --threads <n>                   default: one for each core, or OFFLOOP_THREADS
  --concurrency <n>               images on their way at a time; default: twice the threads
  --json                          a line of JSON for each file, and one with the totals at the end
  -q, --quiet                     no progress and no totals
  -h, --help, --version

Exit code: 0 all done, 1 a file failed, 2 wrong usage, 130 interrupted.`

module.exports = { help }
