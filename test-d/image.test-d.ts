import { expectError, expectType } from 'tsd'
import { image, info } from '..'
import type { Image, ImageInfo, ImageMetadata, ImageStats } from '..'

// Every method gives the chain back.
expectType<Image>(
  image('a.jpg', { failOn: 'none', animated: true })
    .trim({ threshold: 20, margin: 2 })
    .resize(300, 200, { position: 'attention' })
    .resize({ width: 300, fit: 'contain', background: 'white' })
    .median(5)
    .sharpen({ sigma: 1.5, m1: 0.5 })
    .sharpen(2)
    .composite([{ input: 'logo.png', gravity: 'southeast', blend: 'multiply' }])
    .png({ palette: true, colours: 16 })
    .gif({ loop: 0, delay: [100, 50] })
    .tiff({ compression: 'lzw', predictor: 'none' })
    .toFormat('tif', { quality: 90 }),
)
expectError(image('a.jpg').resize({ position: 'middle' }))
expectError(image('a.jpg').tiff({ compression: 'zip' }))
expectError(image('a.jpg').toFormat('heif'))

expectType<Promise<Buffer>>(image('a.jpg').toBuffer())
expectType<Promise<{ data: Buffer; info: ImageInfo }>>(image('a.jpg').toBuffer({ resolveWithObject: true }))
expectType<Promise<ImageInfo & { path: string }>>(image('a.jpg').toFile('a.webp'))
expectType<Promise<ImageMetadata>>(image('a.jpg').metadata())
expectType<Promise<ImageStats>>(image('a.jpg').stats())
expectType<'mozjpeg' | 'rust'>(info().images.jpeg)
