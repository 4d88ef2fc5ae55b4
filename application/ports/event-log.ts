/** What an operator learns. Fields are ids, sizes and names of operations: never a secret, a credential, or an email. */
export interface EventLog {
  info(event: string, fields: EventFields): void
  warn(event: string, fields: EventFields, cause?: unknown): void
  error(event: string, fields: EventFields, cause?: unknown): void
}

export type EventFields = Readonly<Record<string, string | number | undefined>>
