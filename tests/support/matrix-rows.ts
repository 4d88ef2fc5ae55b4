import type { Bindings } from './matrix-challenges.ts'
import { outcomeOf, type Answer, type AnyBody, type ChallengeWithToken } from './matrix-client.ts'
import { describeCell, type Cell, type FactorRow } from './matrix-dimensions.ts'
import { registerRow, type RowFixture } from './matrix-fixture.ts'
import { expectedOutcome } from './matrix-oracle.ts'
import { PREPARE, type PreparedRequest } from './matrix-positions.ts'
import type { MatrixWorld } from './matrix-world.ts'

/** Requests that differ in nothing but what their cells say. */
export interface PreparedRow {
  readonly expected: (cell: Cell) => string
  readonly bindingsOf: (cell: Cell) => Bindings
  /** A challenge that worked once, and would serve in the right cell. */
  readonly usedChallenge: () => Promise<ChallengeWithToken>
  readonly send: (challenge: ChallengeWithToken, cell: Cell) => Promise<Answer>
  /** Whatever a refused request could have changed. */
  readonly state: () => Promise<unknown>
  /** The backup that a success is about. */
  readonly about: string
}

/**
 * Sends all that has to be refused, side by side, and then all that has to succeed, with the same credential.
 * @returns every difference from what is expected
 */
export async function differencesOf(world: MatrixWorld, row: PreparedRow, cells: readonly Cell[]): Promise<string[]> {
  const attempt = async (cell: Cell): Promise<readonly string[]> => {
    const found = await differenceOf(world, row, cell).catch((error: unknown) => String(error))
    return found === undefined ? [] : [`${describeCell(cell)}: ${found}`]
  }

  const before = JSON.stringify(await row.state())
  const refusals = await Promise.all(cells.filter((cell) => !succeeds(row, cell)).map(attempt))
  const differences = refusals.flat()
  if (JSON.stringify(await row.state()) !== before) differences.push('the refused requests changed something')
  for (const cell of cells.filter((candidate) => succeeds(row, candidate))) differences.push(...(await attempt(cell)))
  return differences
}

async function differenceOf(world: MatrixWorld, row: PreparedRow, cell: Cell): Promise<string | undefined> {
  const answer = await row.send(await challengeFor(world, row, cell), cell)
  const [outcome, expected] = [outcomeOf(answer), row.expected(cell)]
  if (outcome !== expected) return `${outcome} instead of ${expected}`
  const misled = succeeds(row, cell) && answer.body !== undefined && backupIn(answer.body) !== row.about
  return misled ? 'of another backup' : undefined
}

/** @param used as `PreparedRow` says */
export async function prepareFactorRow(world: MatrixWorld, row: FactorRow, used: PreparedRow['usedChallenge']) {
  const fixture = await registerRow(world, row)
  const request = await PREPARE[row.position](fixture)
  return preparedRow(fixture, request, used)
}

function preparedRow(
  fixture: RowFixture,
  request: PreparedRequest,
  usedChallenge: PreparedRow['usedChallenge'],
): PreparedRow {
  const { world, holder, position, backups } = fixture
  const registers = position.startsWith('create') || position === 'add-factor, as new factor'
  return {
    expected: (cell) => expectedOutcome(fixture, cell),
    bindingsOf: ({ variant }) => ({ ...world.bindings, ...request.bindings?.(variant) }),
    usedChallenge,
    send: async ({ challenge, token }, { proof, variant }) => {
      const authorization = registers ? holder.register(challenge, proof) : holder.prove(challenge, proof)
      const answer = await request.send({ authorization, challengeToken: token }, variant)
      if (answer.code === undefined) holder.renew()
      return answer
    },
    state: () => Promise.all(backups.map(({ device }) => world.backups.metadata(device))),
    about: request.about,
  }
}

async function challengeFor(world: MatrixWorld, row: PreparedRow, cell: Cell): Promise<ChallengeWithToken> {
  const { challenges, syncFactorTokens } = world
  const { context, type, token } = cell
  const bindings = row.bindingsOf(cell)
  if (token === 'used') return row.usedChallenge()
  if (token === 'expired') return challenges.expired(context, type, bindings)
  if (succeeds(row, cell)) return challenges.fresh(context, type, bindings)
  const kept = await challenges.kept(context, type, bindings)
  const instead = { garbage: 'nonsense', 'sync factor token': syncFactorTokens.valid }
  return token === undefined ? kept : { ...kept, token: instead[token] }
}

function succeeds(row: PreparedRow, cell: Cell): boolean {
  return row.expected(cell).startsWith('2')
}

function backupIn(body: AnyBody): string | undefined {
  return body?.backupId ?? body?.id ?? (body?.metadata ?? body?.backupMetadata)?.id
}
