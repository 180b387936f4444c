/** What the bus to other nodes has carried since the start. */
export const busCounts = () => ({
  sent: 0,
  received: 0,
  /** Items that did not leave this node. */
  lost: 0,
  /** How often items of another node were found to be missing. */
  gaps: 0,
  waiting: 0,
  /** How long the last publication took, in ms. */
  publishMs: 0,
})

export type BusCounts = ReturnType<typeof busCounts>
