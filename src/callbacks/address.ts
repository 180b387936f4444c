import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { privateTarget } from '../operations/callbacks/target.ts'

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/** Whether an address is of the internet: not private, link-local, loopback, multicast, a tunnel to such, or no address. */
function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast)
}

/** Decides which addresses callbacks may go to: public ones, and those that the operator allows. */
export const callable =
  (allowed: ((address: string) => boolean) | undefined) =>
  (address: string): boolean =>
    allowed?.(ipaddr.isValid(address) ? ipaddr.process(address).toString() : '') || isPublic(address)

/** Fails where the host of a URL is itself an address that must not be called; names are looked up at each call. */
export const checkingTargets =
  (mayCall: (address: string) => boolean) =>
  (url: string): void => {
    const host = URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? ''
    if (isIP(host) !== 0 && !mayCall(host)) throw privateTarget()
  }
