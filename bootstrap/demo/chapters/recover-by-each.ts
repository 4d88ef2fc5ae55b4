import type { Device } from '../device.ts'
import type { RecoveryFactor } from '../main-factors.ts'
import { expectSame } from '../narrator.ts'
import { recover } from '../recover.ts'
import type { Stage } from '../stage.ts'
import { short } from '../summary.ts'

/** Any one main factor is enough, and each opens the key of its own kind. */
export async function recoverByEach(
  { narrator, client }: Stage,
  factors: readonly RecoveryFactor[],
  { state }: Device,
): Promise<void> {
  narrator.chapter('Every way back works')

  for (const factor of factors) {
    await narrator.step(
      `recover with ${factor.name}`,
      async () => {
        const recovered = await recover(client, factor)
        expectSame('the files', recovered.files, state.files)
        return recovered
      },
      ({ files, metadata }) =>
        `key ${factor.keyKind} opened ${Object.keys(files).join(', ')} | manifest ${short(metadata.manifestHash)}`,
    )
    await narrator.step(
      `verify-factor with ${factor.name}`,
      async () => {
        const { answer } = await factor.answer('verify-factor')
        const { backupId } = await client.verifyFactor(answer)
        expectSame('the backup', backupId, state.backupId)
      },
      () => 'it leads to the backup',
    )
  }
}
