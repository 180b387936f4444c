/** Who takes a lease, and for how long; `alone` where no other process can have the store. */
export interface LeaseHolder {
  /** Names the process; another one after a restart has another name. */
  process: string
  leaseMs: number
  alone: boolean
}
