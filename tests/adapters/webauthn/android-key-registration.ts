import { challengeOf } from '../../../application/challenge.ts'

export const CHALLENGE = challengeOf('6s7V5CfDtp6RNOGBtbSaytMWW9r6S_W6_VPf4U9UnO0')
/** Named in the leaf certificate as the place of the revocation list. */
export const REVOCATION_LIST = 'http://127.0.0.1:9/revoked.crl'

const id = 'pWFFJwzms769HdAStzlIZ33WGNSWSIvGCKPLQ841R90'

/**
 * A registration for https://example.org with `android-key` attestation (WebAuthn Level 3 §8.4), as anyone can make it:
 * the certificate of the credential's key holds the hash of the client data and is signed by a root of the client's own
 * making. It is valid in every respect but that root, and until the year 9999.
 */
export const REGISTRATION = {
  id,
  rawId: id,
  type: 'public-key',
  clientExtensionResults: {},
  response: {
    clientDataJSON: Buffer.from(
      JSON.stringify({
        type: 'webauthn.create',
        challenge: CHALLENGE,
        origin: 'https://example.org',
        crossOrigin: false,
      }),
    ).toString('base64url'),
    attestationObject: [
      'o2NmbXRrYW5kcm9pZC1rZXlnYXR0U3RtdKNjYWxnJmNzaWdYRzBFAiBFMeFCJYsw2ZuqmAIU97z_LaWCNiFIcvGx_OWGzzBW4gIh',
      'AKNgLn9aRQF21pScOZEhL2a3Wz5pb9BbK7msHlI5CIPOY3g1Y4JZAYwwggGIMIIBLqADAgECAgECMAoGCCqGSM49BAMCMA8xDTAL',
      'BgNVBAMTBFJvb3QwIBcNMDAwMTAxMDAwMDAwWhgPOTk5OTEyMzEyMzU5NTlaMA8xDTALBgNVBAMTBExlYWYwWTATBgcqhkjOPQIB',
      'BggqhkjOPQMBBwNCAAS7R3bK_U4p3yQci6xskdbBTFdIKVkSzsLPA81-J_qlEYquwnu-YevjTNPOlxqotNNSiM83CUoijxU0Yfdr',
      '04G8o3kwdzAvBgNVHR8EKDAmMCSgIqAghh5odHRwOi8vMTI3LjAuMC4xOjkvcmV2b2tlZC5jcmwwRAYKKwYBBAHWeQIBEQQ2MDQC',
      'AQMKAQACAQMKAQAEIGpzI87a66uhZbcqQcjg5yGPiQSEpxLvi1SO6_JqdcqLBAAwADAAMAoGCCqGSM49BAMCA0gAMEUCIQC-aF0Q',
      'MaBx-Bbm66_dvIDHb-uq2pVyAE5rjLrYY2mMdQIgcWykr9gs6BiAvSknzouCDRZ_mTei0N_aDq5yCWBLsD9ZARQwggEQMIG3oAMC',
      'AQICAQEwCgYIKoZIzj0EAwIwDzENMAsGA1UEAxMEUm9vdDAgFw0wMDAxMDEwMDAwMDBaGA85OTk5MTIzMTIzNTk1OVowDzENMAsG',
      'A1UEAxMEUm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPjL_ckEQfbjmZBj08Ng69Nfzto6uBbanTlwfNrBhOe0-83GpuJ8',
      'TzGgupY3n4OJMC9UKWmnVYNULRDabw0gD5-jAjAAMAoGCCqGSM49BAMCA0gAMEUCIQCuc5gH-qoQsHqZOpgoEfLws2klq8cCBeVp',
      'i7tBIp9S4gIgATTtIOSR7yIAXm4wnG7wU7HKZJRsP1Esx1u1422OFEJoYXV0aERhdGFYpL-rw3QylYsGM2DTrWRhycRzWuf47dRl',
      'kqXg8BRSsuS1RQAAAAAAAAAAAAAAAAAAAAAAAAAAACClYUUnDOazvr0d0BK3OUhnfdYY1JZIi8YIo8tDzjVH3aUBAgMmIAEhWCC7',
      'R3bK_U4p3yQci6xskdbBTFdIKVkSzsLPA81-J_qlESJYIIquwnu-YevjTNPOlxqotNNSiM83CUoijxU0Yfdr04G8',
    ].join(''),
  },
}
