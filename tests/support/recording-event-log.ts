import type { EventFields, EventLog } from '../../application/ports/event-log.ts'

export interface RecordedEvent {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly event: string
  readonly fields: EventFields
  readonly cause?: unknown
}

/** Keeps what it is told. */
export class RecordingEventLog implements EventLog {
  readonly events: RecordedEvent[] = []

  debug(event: string, fields: EventFields): void {
    this.events.push({ level: 'debug', event, fields })
  }

  info(event: string, fields: EventFields): void {
    this.events.push({ level: 'info', event, fields })
  }

  warn(event: string, fields: EventFields, cause?: unknown): void {
    this.events.push({ level: 'warn', event, fields, cause })
  }

  error(event: string, fields: EventFields, cause?: unknown): void {
    this.events.push({ level: 'error', event, fields, cause })
  }
}
