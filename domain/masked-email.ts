/**
 * Enough of an address for its owner to recognise it: the first two characters (code points) of the local part, `***`,
 * and the domain. A local part of two or fewer stands as it is; what is no address gives the empty string.
 */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  const domain = email.slice(at + 1)
  if (at < 1 || domain === '') return ''
  const local = [...email.slice(0, at)]
  return local.length <= 2 ? email : `${local.slice(0, 2).join('')}***@${domain}`
}
