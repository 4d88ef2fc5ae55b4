import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

const OWNER_ONLY = 0o700

/** Of a folder above that is not ours: it may be closed to us, or on a file system that takes no writes. */
const NOT_OURS: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'EINVAL'])

/** Makes a folder and those above it, if missing, so that they are still there after a power failure. */
export async function makeDurableFolder(path: string): Promise<void> {
  const folder = resolve(path)
  const topmostMade = await mkdir(folder, { recursive: true, mode: OWNER_ONLY })
  if (topmostMade === undefined) return syncNameOf(folder)
  // A folder's name is kept by the folder above it.
  for (let made = folder; made.length >= topmostMade.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** That a folder is there does not mean that whoever made it came as far as to make its name durable. */
async function syncNameOf(folder: string): Promise<void> {
  try {
    await syncFolder(dirname(folder))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NOT_OURS.has(error.code))) throw error
  }
}

/** Makes the names in a folder durable: an fsync of a file covers its bytes, not its name. */
export async function syncFolder(path: string): Promise<void> {
  // Windows does not open folders; NTFS keeps its names in a journal of its own.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
