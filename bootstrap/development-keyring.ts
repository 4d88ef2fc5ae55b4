import { link, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDurableFolder } from '../adapters/shared/durable-folder.ts'
import { ifPresent, isErrno } from '../adapters/shared/errno.ts'
import { formatKeyring, generateKeyringEntry, parseKeyring, type Keyring } from '../adapters/jose/keyring.ts'
import { usingDataFolder } from './start-fault.ts'

const FILE_NAME = 'challenge-keys'

/**
 * The keyring of a development machine: made at the first start and kept in the data folder, whatever the storage is, so
 * that challenges outlive a restart there as they do in production.
 * @throws {StartFault} where the folder cannot be used
 */
export async function developmentKeyring(folder: string): Promise<Keyring> {
  return usingDataFolder(folder, () => keyringIn(folder))
}

async function keyringIn(folder: string): Promise<Keyring> {
  const path = join(folder, FILE_NAME)
  const text = (await ifPresent(readFile(path, 'utf8'))) ?? (await make(folder, path))
  const parsed = parseKeyring(text)
  if (parsed.outcome === 'valid') return parsed.keyring
  throw new Error(`${path} is no keyring (${parsed.faults.join('; ')}): remove it, and a new one will be made`)
}

async function make(folder: string, path: string): Promise<string> {
  await makeDurableFolder(folder)
  const temporary = `${path}.${process.pid}`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(formatKeyring([generateKeyringEntry(new Date())]))
    await file.sync()
  } finally {
    await file.close()
  }
  // Whole or not at all, and of two starts at once the second takes what the first made.
  await link(temporary, path).catch((error: unknown) => {
    if (!isErrno(error, 'EEXIST')) throw error
  })
  await unlink(temporary)
  return readFile(path, 'utf8')
}
