import { readdir, readlink } from 'node:fs/promises'

/** Linux shows a process its open files. */
export const CAN_LIST_OPEN_FILES = process.platform === 'linux'

/** Paths of the files in a folder, and of the folder itself, that this process holds open. */
export async function openFilesIn(folder: string): Promise<readonly string[]> {
  const descriptors = await readdir('/proc/self/fd')
  const paths = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  return paths.filter((path) => path.startsWith(folder))
}
