import { OffloopError, WorkerPool, defaultPool, runTask, type DigestResult, type PoolOptions } from 'offloop'

const options: PoolOptions = { size: 1, maxQueue: 10 }

async function main(): Promise<void> {
  const pool = new WorkerPool(options)
  const { bytes }: DigestResult = await pool.runTask('digest.hash', { algorithm: 'crc32', data: Buffer.from('abc') })
  try {
    await runTask('fault', { kind: 'error' })
  } catch (error) {
    if (!(error instanceof OffloopError)) throw error
    console.log(bytes, error.code, defaultPool() instanceof WorkerPool)
  }
  await pool.close()
  // @ts-expect-error There is no such task.
  await runTask('no.such.task').catch(() => {})
}

void main()
