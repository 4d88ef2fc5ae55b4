/** Where a key points to inside a store. */
export interface BlobKeyParts {
  readonly folder: string
  readonly name: string
}

/** No dot and no second slash: such a key cannot lead out of a folder, nor to a hidden name inside it. */
const BLOB_KEY = /^([A-Za-z0-9_-]{1,128})\/([A-Za-z0-9_-]{1,128})$/

/** @returns `undefined` for what is no blob key */
export function readBlobKey(key: string): BlobKeyParts | undefined {
  const [, folder, name] = BLOB_KEY.exec(key) ?? []
  return folder === undefined || name === undefined ? undefined : { folder, name }
}

/** @throws {TypeError} keys are minted here, so any other is a programming error */
export function requireBlobKey(key: string): BlobKeyParts {
  const parts = readBlobKey(key)
  if (parts === undefined) throw new TypeError('a blob key is {backupId}/{uuid}')
  return parts
}
