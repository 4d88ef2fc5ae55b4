import { HttpError } from './http-error.ts'

/** Turned away to keep the service working. Nothing is wrong with the request, and nothing happened that an operator has to look into. */
export class Overloaded extends HttpError {
  constructor(message: string) {
    super('unavailable', message)
    this.name = 'Overloaded'
  }
}
