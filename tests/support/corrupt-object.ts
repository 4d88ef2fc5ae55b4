import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { createS3Client } from '../../adapters/s3/s3-client.ts'
import type { Corruption } from './corrupt-file.ts'
import { localS3 } from './s3-bucket.ts'

/** Puts other bytes in the place of an object's, as whoever has the bucket's keys may. */
export async function corruptObject(
  { endpoint, bucket, key }: Readonly<Record<'endpoint' | 'bucket' | 'key', string>>,
  corruption: Corruption,
): Promise<void> {
  const client = createS3Client(localS3(endpoint))
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: corrupted(bytes, corruption) }))
  } finally {
    client.destroy()
  }
}

function corrupted(bytes: Buffer, corruption: Corruption): Buffer {
  switch (corruption) {
    case 'flip-first':
      return flipped(bytes, 0)
    case 'flip-last':
      return flipped(bytes, bytes.length - 1)
    case 'truncate':
      return bytes.subarray(0, -1)
    case 'extend':
      return Buffer.concat([bytes, Buffer.alloc(1)])
    case 'empty':
      return Buffer.alloc(0)
  }
}

function flipped(bytes: Buffer, position: number): Buffer {
  return Buffer.from(bytes.map((byte, at) => (at === position ? byte ^ 1 : byte)))
}
