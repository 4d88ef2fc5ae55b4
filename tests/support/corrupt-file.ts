import { open, type FileHandle } from 'node:fs/promises'

/** What can happen to stored bytes: one is changed, the last is lost, one is added, all are lost. */
export type Corruption = 'flip-first' | 'flip-last' | 'truncate' | 'extend' | 'empty'

/** Damages a file as a failing disk or a careless hand would. */
export async function corruptFile(path: string, corruption: Corruption): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    const { size } = await handle.stat()
    switch (corruption) {
      case 'flip-first':
        await flip(handle, 0)
        break
      case 'flip-last':
        await flip(handle, size - 1)
        break
      case 'truncate':
        await handle.truncate(size - 1)
        break
      case 'extend':
        await handle.write(Uint8Array.of(0), 0, 1, size)
        break
      case 'empty':
        await handle.truncate(0)
    }
  } finally {
    await handle.close()
  }
}

async function flip(handle: FileHandle, position: number): Promise<void> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, position)
  await handle.write(Uint8Array.of(buffer.readUInt8() ^ 1), 0, 1, position)
}
