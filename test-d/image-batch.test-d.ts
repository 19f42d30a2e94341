import { expectAssignable, expectError, expectType } from 'tsd'
import { WorkerPool, image, imageBatch } from '..'
import type { Image, ImageBatch, ImageBatchResult, ImageInfo } from '..'

const paths = ['a.jpg', 'b.jpg']

// Items say themselves where they come from and where they go.
expectType<ImageBatch<string>>(imageBatch(paths, (photo) => photo.resize(800, 600).webp({ quality: 80 })))
imageBatch([new URL('file:///a.jpg'), Buffer.alloc(1)], () => {})
imageBatch([{ input: 'a.jpg', output: 'a.webp', id: 7 }], async (photo, item, index) => {
  expectType<Image>(photo)
  expectType<number>(item.id)
  expectType<number>(index)
})
imageBatch(new Set(paths), (photo) => photo.clone())
imageBatch((async function* () {})(), () => {})

// Or the options do.
const rows = [{ path: 'a.jpg', outputPath: 'a.webp' }]
expectType<ImageBatch<{ path: string; outputPath: string }>>(
  imageBatch(rows, (photo) => photo.webp(), { input: (row) => row.path, output: (row) => row.outputPath }),
)
expectError(imageBatch(rows, (photo) => photo.webp()))
expectError(imageBatch(rows, (photo) => photo.webp(), { concurrency: 2 }))

imageBatch(paths, () => {}, {
  concurrency: 8,
  pool: new WorkerPool(2),
  signal: new AbortController().signal,
  timeout: 5000,
  priority: -1,
  animated: true,
  failOn: 'none',
  onProgress: ({ done, failed, total, percent, bytesIn, bytesOut }) => {
    expectType<number>(done + failed + bytesIn + bytesOut)
    expectType<number | null>(total)
    expectType<number | null>(percent)
  },
  onError: (error, item, index) => {
    expectType<Error>(error)
    expectType<string>(item)
    expectType<number>(index)
  },
})
expectError(imageBatch(paths))
expectError(imageBatch(7, () => {}))
expectError(imageBatch(paths, () => 'a.webp'))
expectError(imageBatch(paths, () => {}, { quality: 80 }))
expectError(imageBatch(paths, () => {}, { concurrency: '8' }))
expectError(imageBatch(paths, image('template.jpg')))

// A result has an error or the rest.
async function results() {
  for await (const result of imageBatch(paths, (photo) => photo.resize(800))) {
    expectType<string>(result.item)
    expectType<number>(result.index)
    if (result.error) {
      expectType<Error>(result.error)
      expectType<undefined>(result.info)
      continue
    }
    expectType<ImageInfo>(result.info)
    expectType<number>(result.bytesIn)
    if (result.path === undefined) expectType<Buffer>(result.data)
    else expectType<string>(result.path)
  }
  const { results, done, failed, bytesIn, bytesOut } = await imageBatch(paths, () => {}).all()
  expectType<ImageBatchResult<string>[]>(results)
  expectType<number>(done + failed + bytesIn + bytesOut)
}
expectAssignable<() => Promise<void>>(results)

// pool.map gives results as they come, too.
expectType<AsyncGenerator<string, void, void>>(
  new WorkerPool().map([1], async (item) => String(item), { ordered: false }),
)
expectError(new WorkerPool().map([1], 'noop', { ordered: 'no' }))
