import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

const OWNER_ONLY = 0o700

/** Makes a folder and those above it, if missing, so that they are still there after a power failure. */
export async function makeDurableFolder(path: string): Promise<void> {
  const folder = resolve(path)
  const topmostMade = await mkdir(folder, { recursive: true, mode: OWNER_ONLY })
  if (topmostMade === undefined) return
  // A folder's name is kept by the folder above it.
  for (let made = folder; made.length >= topmostMade.length; made = dirname(made)) await syncFolder(dirname(made))
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
