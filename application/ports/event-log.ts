/** What an operator learns. Fields are ids, sizes and names of operations: never a secret, a credential, or an email. */
export interface EventLog {
  /** What only somebody who looks for a fault wants to know. */
  debug(event: string, fields: EventFields): void
  info(event: string, fields: EventFields): void
  warn(event: string, fields: EventFields, cause?: unknown): void
  error(event: string, fields: EventFields, cause?: unknown): void
}

export type EventFields = Readonly<Record<string, string | number | undefined>>
