import { Router, type RequestHandler } from 'express'
import { parseBackupId } from '../../../domain/backup-id.ts'
import { parseEcdsaSignature } from '../../../domain/ecdsa-signature.ts'
import { parseManifestHash } from '../../../domain/manifest-hash.ts'
import { sendRetrievedBackup } from '../body/send-retrieved-backup.ts'
import type { UploadReader } from '../body/upload-reader.ts'
import type { UseCases } from '../use-cases.ts'
import { authorizationOf } from '../wire/authorization.ts'
import { bodyOf } from '../wire/body-of.ts'
import { encryptedBackupKeyOf } from '../wire/encrypted-backup-key.ts'
import type { AuthorizedJson, BackupStatusJson, CreateBackupJson, ResetJson, SyncJson } from '../wire/requests.ts'

/**
 * Everything that is about a backup as a whole.
 * @param attested wants the request attested, where that is configured
 * @param requestTimeout milliseconds for a client to take a backup, see {@link sendRetrievedBackup}
 */
export function backupRoutes(
  useCases: UseCases,
  uploads: UploadReader,
  attested: RequestHandler,
  requestTimeout: number,
): Router {
  const router = Router()

  router.post('/create', async (request, response) => {
    const created = await uploads.read<CreateBackupJson, object>(request, '/create', async (json, body) => {
      const backupMetadata = await useCases.createBackup.execute({
        backupId: parseBackupId(json.backupAccountId),
        authorization: authorizationOf(json.authorization),
        challengeToken: json.challengeToken,
        initialSyncFactor: authorizationOf(json.initialSyncFactor),
        initialSyncChallengeToken: json.initialSyncChallengeToken,
        initialEncryptionKey: encryptedBackupKeyOf(json.initialEncryptionKey),
        turnkeyProviderId: json.turnkeyProviderId ?? undefined,
        manifestHash: parseManifestHash(json.manifestHash),
        body,
      })
      return { backupId: backupMetadata.id, backupMetadata }
    })
    response.json(created)
  })

  router.post('/sync', async (request, response) => {
    const backupId = await uploads.read<SyncJson, string>(request, '/sync', (json, body) =>
      useCases.syncBackup.execute({
        authorization: authorizationOf(json.authorization),
        challengeToken: json.challengeToken,
        currentManifestHash: parseManifestHash(json.currentManifestHash),
        newManifestHash: parseManifestHash(json.newManifestHash),
        body,
      }),
    )
    response.json({ backupId })
  })

  router.post('/retrieve/from-challenge', attested, async (request, response) => {
    const { authorization, challengeToken } = bodyOf<AuthorizedJson>(request)
    const retrieved = await useCases.retrieveBackup.execute({
      authorization: authorizationOf(authorization),
      challengeToken,
    })
    await sendRetrievedBackup(response, retrieved, requestTimeout)
  })

  router.post('/delete-backup', async (request, response) => {
    const { authorization, challengeToken } = bodyOf<AuthorizedJson>(request)
    await useCases.deleteBackup.execute({ authorization: authorizationOf(authorization), challengeToken })
    response.status(204).end()
  })

  router.post('/undelete', attested, async (request, response) => {
    const { authorization, challengeToken } = bodyOf<AuthorizedJson>(request)
    const { backupId, metadata, syncFactorToken } = await useCases.undelete.execute({
      authorization: authorizationOf(authorization),
      challengeToken,
    })
    response.json({ backupId, backupMetadata: metadata, syncFactorToken })
  })

  router.post('/reset', async (request, response) => {
    const { backupAccountId, signature, challengeToken } = bodyOf<ResetJson>(request)
    await useCases.resetBackup.execute({
      backupId: parseBackupId(backupAccountId),
      signature: parseEcdsaSignature(signature),
      challengeToken,
    })
    response.status(204).end()
  })

  router.post('/backup/status', async (request, response) => {
    const backupId = parseBackupId(bodyOf<BackupStatusJson>(request).backupId)
    response.json({ backupId, factors: await useCases.reportStatus.execute(backupId) })
  })

  return router
}
