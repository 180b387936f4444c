/** Stands for a character that is not looked at: it shows nothing, and words are hidden with it. */
const ignored = 0

const isIgnored = (unit: number): boolean =>
  unit === 0 ||
  unit === 0xad ||
  unit === 0x180e ||
  (unit >= 0x200b && unit <= 0x200f) ||
  (unit >= 0x202a && unit <= 0x202e) ||
  (unit >= 0x2060 && unit <= 0x2064) ||
  (unit >= 0xfe00 && unit <= 0xfe0f) ||
  unit === 0xfeff

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000

/** One UTF-16 unit without width and case, where that is one unit, too. */
function foldUnit(unit: number): number {
  if (isSurrogate(unit)) return unit
  const wide = String.fromCharCode(unit).normalize('NFKC')
  const lower = (wide.length === 1 ? wide : String.fromCharCode(unit)).toLowerCase()
  return lower.length === 1 ? lower.charCodeAt(0) : unit
}

/** UTF-16 units in the order of code points, in which both databases sort texts. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return isSurrogate(unit) ? unit + 0x2000 : unit - 0x800
}

const units = 0x1_00_00

/** By UTF-16 unit: the folded unit, and its label, which sorts as code points do; 0 = `ignored`. */
const folded = new Uint16Array(units)
export const labelOfUnit = new Uint16Array(units)
let isReady = false

/** Fills the tables once, some milliseconds: only where there are words. */
export function prepareLabels(): void {
  if (isReady) return
  for (let unit = 0; unit < units; unit += 1) {
    // Ideographs and syllables of Korean have neither width nor case.
    const isPlain = (unit >= 0x3400 && unit < 0xa000) || (unit >= 0xac00 && unit < 0xd7a4)
    const to = isIgnored(unit) ? ignored : isPlain ? unit : foldUnit(unit)
    folded[unit] = to
    labelOfUnit[unit] = to === ignored ? ignored : rank(to)
  }
  isReady = true
}

/** A text without width and case: full-width letters are half-width ones, capital letters small ones. */
export function fold(text: string): string {
  prepareLabels()
  let out = ''
  for (let at = 0; at < text.length; at += 1) {
    const unit = folded[text.charCodeAt(at)] as number
    if (unit !== ignored) out += String.fromCharCode(unit)
  }
  return out
}

/** Whether a label is that of the second half of a character outside the basic plane. */
export const isLowSurrogate = (label: number): boolean => label >= rank(0xdc00)
