import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

const OWN_DESCRIPTORS = '/proc/self/fd'

/** What the embedded storage in `folder` holds of blobs, whole or on their way in. */
export async function blobFiles(folder: string): Promise<{ readonly stored: string[]; readonly incoming: string[] }> {
  const entries = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const isIncoming = ({ parentPath }: { readonly parentPath: string }): boolean => parentPath.endsWith('.incoming')
  return {
    stored: files.filter((file) => !isIncoming(file)).map(({ name }) => name),
    incoming: files.filter(isIncoming).map(({ name }) => name),
  }
}

/** Whether this system tells which files a process holds open. */
export async function canListOpenFiles(): Promise<boolean> {
  return readdir(OWN_DESCRIPTORS).then(
    () => true,
    () => false,
  )
}

/** Spool files that this process, and so the service in it, holds open: they have no name any more. */
export async function openSpools(): Promise<number> {
  return (await openFiles()).filter((path) => /\/backup-service-[0-9a-f-]{36} \(deleted\)$/.test(path)).length
}

/** Blobs of the embedded storage in `folder` that are being read. */
export async function openBlobs(folder: string): Promise<number> {
  const blobs = join(folder, 'blobs')
  return (await openFiles()).filter((path) => path.startsWith(blobs) && !path.includes('.incoming')).length
}

async function openFiles(): Promise<string[]> {
  const descriptors = await readdir(OWN_DESCRIPTORS)
  const paths = descriptors.map((descriptor) => readlink(join(OWN_DESCRIPTORS, descriptor)).catch(() => ''))
  return Promise.all(paths)
}
