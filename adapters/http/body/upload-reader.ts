import type { Request } from 'express'
import type { JsonValue } from '../../../domain/json.ts'
import type { OpenApiDocument } from '../contract/openapi-document.ts'
import { payloadValidator } from '../contract/request-validation.ts'
import { readUpload, type UploadLimits } from './upload.ts'

type MultipartPath = '/create' | '/sync'

/** Reads the multipart operations: payload checked by the document, sealed bytes as a stream. */
export class UploadReader {
  readonly #limits: UploadLimits
  readonly #validators: Readonly<Record<MultipartPath, (payload: JsonValue) => void>>

  constructor(document: OpenApiDocument, limits: UploadLimits) {
    this.#limits = limits
    this.#validators = {
      '/create': payloadValidator(document, '/create'),
      '/sync': payloadValidator(document, '/sync'),
    }
  }

  /** @throws {HttpError} as `readUpload`, `invalid_payload`, and whatever `handle` throws */
  async read<Payload, Result>(
    request: Request,
    path: MultipartPath,
    handle: (payload: Payload, body: AsyncIterable<Uint8Array>) => Promise<Result>,
  ): Promise<Result> {
    const upload = await readUpload(request, this.#limits)
    try {
      this.#validators[path](upload.payload)
      return await handle(upload.payload as Payload, upload.body)
    } finally {
      await upload.release()
    }
  }
}
