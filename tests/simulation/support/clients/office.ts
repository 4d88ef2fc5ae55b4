import { Attempt, workingFor } from '../engine/attempt.ts'
import type { Recorder } from '../engine/recorder.ts'
import { uploadOf } from '../engine/upload.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'
import { Xoshiro128 } from '../engine/xoshiro128.ts'
import { judgeAnswer } from '../model/judge-answer.ts'
import { judgeRefusal, requireDocumented } from '../model/judge-refusal.ts'
import type { World } from '../world.ts'
import { buildRequest } from './build-request.ts'
import { ChallengeDrawer } from './challenge-drawer.ts'
import { Desk, type DeskParts, type SyncFactorToken } from './desk.ts'
import type { Answer, OperationKind, Request } from './request.ts'

/** How many of the last requests a replay is one of. */
const REMEMBERED_REQUESTS = 12

/** A request that is to be written: by whom, and what about. */
export interface Order extends Pick<DeskParts, 'random' | 'person' | 'careful' | 'main' | 'device'> {
  readonly id: number
  readonly kind: OperationKind
  /** Of the instance that hands out the challenges. */
  readonly place: number
}

/** All clients: writes requests, sends them, and has what comes back judged. */
export class Office {
  readonly attempts: Attempt[] = []
  readonly #seed: number
  readonly #world: World
  readonly #time: VirtualTime
  readonly #recorder: Recorder
  readonly #sent: Request[] = []
  readonly #tokens: SyncFactorToken[] = []
  readonly #drawer = new ChallengeDrawer()

  constructor(seed: number, world: World, time: VirtualTime, recorder: Recorder) {
    this.#seed = seed
    this.#world = world
    this.#time = time
    this.#recorder = recorder
  }

  write({ id, kind, place, ...parts }: Order): Promise<Request> {
    const desk = new Desk({
      ...parts,
      model: this.#world.witness.model,
      population: this.#world.population,
      application: this.#world.instance(place).application,
      tokens: this.#tokens,
      drawer: this.#drawer,
      now: this.#time.now(),
    })
    return workingFor({ ids: Xoshiro128.of(this.#seed, id, 0xb111d) }, () => buildRequest(kind, desk))
  }

  /** One of the last requests that were sent, whether it was answered or not. */
  rememberedRequest(random: Xoshiro128): Request | undefined {
    return this.#sent.length === 0 ? undefined : random.pick(this.#sent)
  }

  /** @param calm that nothing befalls it */
  send(id: number, request: Request, place: number, calm = false): void {
    const instance = this.#world.instance(place)
    const attempt = new Attempt(id, this.#seed, request, instance, this.#time.steps, calm)
    const { witness, calls } = this.#world
    this.attempts.push(attempt)
    instance.attempts.add(attempt)
    this.#recorder.begun(attempt)
    this.#remember(request)
    const sending = {
      upload: (content: Uint8Array) => uploadOf(content, attempt, calls),
      answered: () => {
        attempt.answered = this.#time.steps
      },
    }
    workingFor(attempt, () => request.send(instance.application, sending)).then(
      (answer) => witness.check(() => this.#done(attempt, answer)),
      (error: unknown) => witness.check(() => this.#failed(attempt, error)),
    )
  }

  #remember(request: Request): void {
    this.#sent.push(request)
    if (this.#sent.length > REMEMBERED_REQUESTS) this.#sent.shift()
  }

  #done(attempt: Attempt, answer: Answer): void {
    attempt.outcome = 'done'
    this.#recorder.ended(attempt, 'is done')
    judgeAnswer(attempt, answer, this.#world.witness.model)
    this.#keepToken(attempt, answer)
  }

  #failed(attempt: Attempt, error: unknown): void {
    const code = requireDocumented(error)
    attempt.outcome = code === 'unavailable' ? 'unavailable' : 'refused'
    attempt.refusal = code
    this.#recorder.ended(attempt, `is refused: ${code}`)
    judgeRefusal(attempt, code, this.#world.witness)
  }

  /** With the backup that it is for, which the factors tell from others of the same id, and who obtained it. */
  #keepToken({ begun, answered, request: { intent } }: Attempt, { syncFactorToken: token, metadata }: Answer): void {
    if (token === undefined || metadata === undefined || metadata === null || !('by' in intent)) return
    const { id, factors } = metadata
    const states = this.#world.witness.model.during(id, { from: begun, until: answered })
    const shown = states.findLast((state) => state?.mainFactors[0]?.id === factors[0]?.id)
    const { credential } = intent.by
    const mainFactors = states.flatMap((state) => state?.mainFactors ?? [])
    const obtainers = mainFactors.filter((factor) => factor.credential === credential)
    const [mainFactorId, another] = new Set(obtainers.map((factor) => factor.id))
    // Removed and added again meanwhile: it may be either's.
    if (shown === undefined || mainFactorId === undefined || another !== undefined) return
    this.#tokens.push({ token, id, incarnation: shown.incarnation, mainFactorId, issuedAt: this.#time.now() })
  }
}
