import { blobFiles, openSpools } from './http-storage.ts'

/** What is kept of uploads, seen from behind the service. */
export interface BlobInspection {
  /** The names of all blobs. */
  stored(): Promise<string[]>
  /** How many uploads are on their way in. */
  underWay(): Promise<number>
}

/** A storage for one service, empty so far. */
export interface ProvidedStorage {
  /** By which the service finds it. */
  readonly variables: Readonly<Record<string, string>>
  readonly blobs: BlobInspection
}

export type ProvideStorage = () => Promise<ProvidedStorage>

let chosen: ProvideStorage | undefined

/**
 * Has the HTTP suite run on another storage than those that every machine has. To be called before its specifications
 * are loaded.
 */
export function chooseStorage(provide: ProvideStorage): void {
  chosen = provide
}

/** The kinds of storage that suites about what is kept are run on, one after the other. */
export function storageKinds(): readonly ('memory' | 'embedded' | 'aws')[] {
  return chosen === undefined ? ['memory', 'embedded'] : ['aws']
}

/** The storage for one more service, if one was chosen and the service is not told of its own. */
export async function provideStorage(
  variables: Readonly<Record<string, string>>,
): Promise<ProvidedStorage | undefined> {
  return variables.STORAGE === 'aws' ? undefined : chosen?.()
}

export function embeddedBlobs(folder: string): BlobInspection {
  return {
    stored: async () => (await blobFiles(folder)).stored,
    underWay: async () => (await blobFiles(folder)).incoming.length + (await openSpools()),
  }
}
