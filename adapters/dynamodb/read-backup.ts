import type { StoredBackup } from '../../application/ports/backup-index.ts'
import { parseBackupId, type BackupId } from '../../domain/backup-id.ts'
import type { Deletion, RemovedFactor } from '../../domain/deletion.ts'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import { factorId, type Factor, type FactorScope } from '../../domain/factor.ts'
import { parseManifestHash } from '../../domain/manifest-hash.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import {
  storedInteger,
  storedJsonObject,
  storedJsonObjects,
  storedObject,
  storedText,
  type StoredMembers,
} from '../shared/stored-members.ts'
import {
  readStoredBlob,
  readStoredCredential,
  readStoredDeletion,
  readStoredKey,
  restoreStored,
  storedSyncFactor,
} from '../shared/stored-values.ts'
import { memberSortKey } from './backup-items.ts'
import { wholeKey } from './short-blob-key.ts'
import { HEAD, PARTITION_KEY, SORT_KEY } from './table-layout.ts'

/** `torn`: some items are of one state and some of another, because a commit came in between. */
export type BackupReading =
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'torn' }
  | { readonly outcome: 'whole'; readonly stored: StoredBackup }

/**
 * Puts a backup together from all the items of its partition, in any order.
 * @throws {Error} if the items are not what this service writes
 */
export function readBackup(items: readonly StoredMembers[]): BackupReading {
  const bySortKey = new Map(items.map((item) => [storedText(item, SORT_KEY), item]))
  const head = bySortKey.get(HEAD)
  // What is left of a backup whose head was just deleted, or not seen yet, is no backup.
  if (head === undefined) return { outcome: 'absent' }
  const members = new MembersOfHead(head, bySortKey)
  if (!members.fitTogether()) return { outcome: 'torn' }
  const id = parseBackupId(storedText(head, PARTITION_KEY))
  const state = {
    id,
    incarnation: storedText(head, 'incarnation'),
    mainFactors: members.read('mainFactors', readFactor),
    syncFactors: members.read('syncFactors', readFactor).map(storedSyncFactor),
    keys: members.read('keys', readKey),
    manifestHash: parseManifestHash(storedText(head, 'manifestHash')),
    blob: readBlob(id, storedJsonObject(head, 'blob')),
    supersededBlobs: storedJsonObjects(head, 'supersededBlobs').map((blob) => readBlob(id, blob)),
    deletion: head.deletion === undefined ? undefined : readStoredDeletion(storedJsonObject(head, 'deletion')),
    removedFactors: members.readRemoved(),
  }
  return { outcome: 'whole', stored: { backup: restoreStored(state), revision: storedText(head, 'revision') } }
}

/** The items beside a head, as it lists them. */
class MembersOfHead {
  readonly #lists: Readonly<Record<'mainFactors' | 'syncFactors' | 'keys', readonly ListedMember[]>>
  readonly #removals: readonly ListedRemoval[]
  readonly #rewritten: StoredMembers
  readonly #found: number

  constructor(head: StoredMembers, bySortKey: ReadonlyMap<string, StoredMembers>) {
    const member = (list: keyof typeof memberSortKey, name: string): ListedMember => ({
      name,
      item: bySortKey.get(memberSortKey[list](name)),
    })
    const listed = (list: 'mainFactors' | 'syncFactors' | 'keys'): readonly ListedMember[] =>
      storedTexts(head, list).map((name) => member(list, name))
    this.#lists = { mainFactors: listed('mainFactors'), syncFactors: listed('syncFactors'), keys: listed('keys') }
    this.#removals = (head.removedFactors === undefined ? [] : storedJsonObjects(head, 'removedFactors')).map(
      (removal) => {
        const scope = storedScope(removal)
        const name = storedText(removal, 'factorId')
        const factor = member(scope === 'SYNC' ? 'syncFactors' : 'mainFactors', name)
        const key = removal.hasKey === true ? member('removedKeys', name) : undefined
        return { scope, factor, key, deletion: readStoredDeletion(removal) }
      },
    )
    this.#rewritten = storedObject(head, 'rewritten')
    this.#found = bySortKey.size - 1
  }

  /** Whether there is exactly what the head lists, each item as the commit wrote it that the head knows of. */
  fitTogether(): boolean {
    const removed = this.#removals.flatMap(({ factor, key }) => (key === undefined ? [factor] : [factor, key]))
    const items = [...Object.values(this.#lists).flat(), ...removed].map(({ item }) => item)
    return items.length === this.#found && items.every((item) => item !== undefined && this.#isKnown(item))
  }

  read<Value>(
    list: 'mainFactors' | 'syncFactors' | 'keys',
    readItem: (item: StoredMembers, name: string) => Value,
  ): readonly Value[] {
    return this.#lists[list].flatMap(({ name, item }) => (item === undefined ? [] : [readItem(item, name)]))
  }

  readRemoved(): readonly RemovedFactor[] {
    return this.#removals.flatMap(({ scope, factor: { name, item }, key, deletion }): readonly RemovedFactor[] => {
      if (item === undefined) return []
      if (scope === 'SYNC') return [{ ...deletion, scope, factor: storedSyncFactor(readFactor(item, name)) }]
      const withKey = key?.item === undefined ? {} : { key: readKey(key.item) }
      return [{ ...deletion, scope, factor: readFactor(item, name), ...withKey }]
    })
  }

  #isKnown(item: StoredMembers): boolean {
    return item.rewrittenBy === this.#rewritten[storedText(item, SORT_KEY)]
  }
}

interface ListedMember {
  readonly name: string
  readonly item: StoredMembers | undefined
}

interface ListedRemoval {
  readonly scope: FactorScope
  readonly factor: ListedMember
  /** Of the key that went with it. */
  readonly key: ListedMember | undefined
  readonly deletion: Deletion
}

function readBlob(id: BackupId, from: StoredMembers): SealedBlob {
  return readStoredBlob({ ...from, key: wholeKey(id, storedText(from, 'key')) })
}

function readFactor(item: StoredMembers, name: string): Factor {
  return {
    id: factorId(name),
    createdAt: storedInteger(item, 'createdAt'),
    credential: readStoredCredential(storedJsonObject(item, 'credential')),
  }
}

function readKey(item: StoredMembers): EncryptedBackupKey {
  return readStoredKey(storedJsonObject(item, 'encryptedKey'))
}

function storedScope(from: StoredMembers): FactorScope {
  const scope = storedText(from, 'scope')
  if (scope === 'MAIN' || scope === 'SYNC') return scope
  throw new Error('stored scope is neither MAIN nor SYNC')
}

function storedTexts(from: StoredMembers, name: string): readonly string[] {
  const value = from[name]
  if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return value
  throw new Error(`stored ${name} is no list of texts`)
}
