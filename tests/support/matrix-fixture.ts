import type { KnownBackup } from './matrix-backup-parts.ts'
import type { FactorRow } from './matrix-dimensions.ts'
import { KeypairHolder, type Holder } from './matrix-holders.ts'
import type { MatrixWorld } from './matrix-world.ts'

/** A credential that is registered as its row says, in backups that no other row knows. */
export interface RowFixture extends FactorRow {
  readonly world: MatrixWorld
  readonly holder: Holder
  /** The backup that the requests are about. */
  readonly here: KnownBackup
  /** Every backup of this row. */
  readonly backups: readonly KnownBackup[]
  /** That the holder is sync factor of; `here` where it is of none. */
  readonly synced: KnownBackup
}

export async function registerRow(world: MatrixWorld, row: FactorRow): Promise<RowFixture> {
  const { main, sync } = row.standing
  const holder = world.service.newHolder(row.kind)
  const asOwner = { owner: holder }
  const asDevice = holder instanceof KeypairHolder ? { device: holder } : {}
  const here = await world.backups.create({
    ...(main === 'here' ? asOwner : {}),
    ...(sync === 'here' ? asDevice : {}),
  })
  if (main === 'removed') await world.backups.addFactor(here.owner, holder)
  if (sync === 'removed' && holder instanceof KeypairHolder) await world.backups.addSyncFactor(here.owner, holder)
  if (main === 'removed') await world.backups.deleteLastFactor(here, 'MAIN')
  if (sync === 'removed') await world.backups.deleteLastFactor(here, 'SYNC')
  const owned = main === 'elsewhere' ? [await world.backups.create(asOwner)] : []
  const synced = sync === 'elsewhere' ? [await world.backups.create(asDevice)] : []
  return { ...row, world, holder, here, backups: [here, ...owned, ...synced], synced: synced[0] ?? here }
}
