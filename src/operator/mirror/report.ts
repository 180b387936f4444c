import { say, shown } from '../print.ts'
import type { Change } from './room-changes.ts'

interface Counts {
  pass: number
  users: number
  rooms: number
  /** Rooms that the hosted service lists, as far as it is known. */
  roomsListed: number
  differences: number
  problems: number
  usersRegistered: number
}

/** Hears what a mirror does. */
export interface Report {
  readonly counts: Counts
  difference(about: string, change: Change): void
  problem(about: string, why: string): void
  progress(): void
  done(): void
}

const drawEveryMs = 200
const linesEveryMs = 1000

/** One line on a terminal, or JSON lines; `showsDifferences`: those too. */
export function printedReport(isJson: boolean, showsDifferences: boolean): Report {
  const counts: Counts = {
    pass: 1,
    users: 0,
    rooms: 0,
    roomsListed: 0,
    differences: 0,
    problems: 0,
    usersRegistered: 0,
  }
  const isTerminal = !isJson && process.stderr.isTTY === true
  let drawnMs = Number.NEGATIVE_INFINITY
  let isDrawn = false
  const line = (type: string, rest: object) => say(JSON.stringify({ type, ...rest }))
  const clear = () => {
    if (isDrawn) process.stderr.write('\r\x1b[K')
    isDrawn = false
  }
  const number = (value: number) => value.toLocaleString('en')

  return {
    counts,
    difference(about, { does, of }) {
      counts.differences += 1
      if (!showsDifferences) return
      if (isJson) return line('difference', { about, does, ...(of ? { of } : {}) })
      clear()
      say(shown(`${about}: ${does}${of ? ` ${of.join(', ')}` : ''}`))
    },
    problem(about, why) {
      counts.problems += 1
      if (isJson) return line('problem', { about, why })
      clear()
      process.stderr.write(`${shown(`${about}: ${why}`)}\n`)
    },
    progress() {
      const now = performance.now()
      if (now - drawnMs < (isJson ? linesEveryMs : drawEveryMs)) return
      drawnMs = now
      if (isJson) return line('progress', counts)
      if (!isTerminal) return
      clear()
      isDrawn = true
      process.stderr.write(
        `pass ${counts.pass}: ${number(counts.users)} users, ${number(counts.rooms)} of ${number(counts.roomsListed)} chat rooms, ` +
          `${number(counts.differences)} differences, ${number(counts.problems)} problems`,
      )
    },
    done() {
      clear()
      if (isJson) line('done', counts)
      else
        say(
          `${number(counts.users)} users and ${number(counts.rooms)} chat rooms compared: ` +
            `${number(counts.differences)} differences, ${number(counts.problems)} problems`,
        )
      drawnMs = Number.NEGATIVE_INFINITY
    },
  }
}
