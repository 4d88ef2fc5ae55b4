import { pino, stdSerializers, type Logger } from 'pino'
import { build as pretty } from 'pino-pretty'
import type { EventFields, EventLog } from '../../application/ports/event-log.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
export type LogFormat = 'pretty' | 'json'

/** Events as lines on standard output: JSON for machines, or text for people. */
export class PinoEventLog implements EventLog {
  readonly #logger: Logger

  /** @param destination standard output where absent */
  constructor(level: LogLevel, format: LogFormat, destination: NodeJS.WritableStream = process.stdout) {
    const stream = format === 'pretty' ? pretty({ destination, messageKey: 'event', singleLine: true }) : destination
    this.#logger = pino({ level, base: null, messageKey: 'event', serializers: { cause: stdSerializers.err } }, stream)
  }

  debug(event: string, fields: EventFields): void {
    this.#logger.debug(fields, event)
  }

  info(event: string, fields: EventFields): void {
    this.#logger.info(fields, event)
  }

  warn(event: string, fields: EventFields, cause?: unknown): void {
    this.#logger.warn({ ...fields, cause }, event)
  }

  error(event: string, fields: EventFields, cause?: unknown): void {
    this.#logger.error({ ...fields, cause }, event)
  }
}
