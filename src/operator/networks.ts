import { BlockList, isIP, isIPv6 } from 'node:net'

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4')

/** Whether an address is in one of them; false for what is no address. */
export interface Networks {
  (address: string): boolean
  /** What they were read from. */
  text: string
}

/** Reads addresses and networks (`10.0.0.0/8`), separated by commas. */
export function readNetworks(text: string): Networks | undefined {
  const entries = text.split(',').map((entry) => entry.trim())
  const networks = new BlockList()
  let count = 0
  for (const entry of entries) {
    if (entry === '') continue
    const [address = '', bits, ...more] = entry.split('/')
    const most = isIPv6(address) ? 128 : 32
    const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
    if (isIP(address) === 0 || !isNetwork || more.length > 0)
      throw new Error('must be addresses or networks such as 10.0.0.0/8, separated by commas')
    networks.addSubnet(address, bits === undefined ? most : Number(bits), familyOf(address))
    count += 1
  }
  if (count === 0) return undefined
  const includes = (address: string) => isIP(address) !== 0 && networks.check(address, familyOf(address))
  return Object.assign(includes, { text })
}
